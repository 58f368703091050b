/**
 * Answers as many bytes as a page of products has, and does nothing else: what the simulation itself costs. Where a port is
 * named, it goes there and back before: to a node of the database, which is asked for nothing, or for one statement.
 */
const body = 'x'.repeat(4_000)

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const [port, sql] = [searchParams.get('port'), searchParams.get('sql')]
    if (port !== null) await (await asked(`http://127.0.0.1:${port}`, sql)).arrayBuffer()
    return new Response(body, { headers: { 'server-timing': `trips;desc="${port === null ? 0 : 1}"` } })
  },
}

function asked(node: string, sql: string | null): Promise<Response> {
  if (sql === null) return fetch(`${node}/health`)
  const requests = [{ type: 'execute', stmt: { sql } }, { type: 'close' }]
  return fetch(`${node}/v2/pipeline`, { method: 'POST', body: JSON.stringify({ requests }) })
}
