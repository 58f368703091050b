/**
 * The floor: the least that can answer. A bare handler posts one SQL to the database, which writes the body, and
 * passes its text on: no framework, no token, no policy, no client library. Nothing honest is faster than this.
 */
import { bytesOf, type Statement, textOf, textValue, type Value } from '../../src/base/statement.ts'
import { readReply } from '../../src/database/hrana/reply.ts'
import { executeRequest, onStream, pipelineHeaders, pipelinePath } from '../../src/database/hrana/request.ts'
import { itemSql, listSql, ordersCountedSql, ordersSql } from './sql.ts'

export default {
  async fetch(request: Request, bindings: { readonly DATABASE_URL: string }): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const [sql, value] = asked(pathname, searchParams)
    const [body, total] = await rowOf(bindings.DATABASE_URL, { sql, args: [textValue(value)] })
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (total !== undefined) headers['content-range'] = `0-19/${textOf(total)}`
    return new Response(bytesOf(body) ?? '[]', { headers })
  },
}

/** The Worker's own way to the database: what is measured is all that it does beyond this. */
async function rowOf(databaseUrl: string, statement: Statement): Promise<readonly Value[]> {
  const response = await fetch(`${databaseUrl}${pipelinePath}`, {
    method: 'POST',
    headers: pipelineHeaders,
    body: onStream(executeRequest(statement)),
  })
  const reply = readReply(new Uint8Array(await response.arrayBuffer()), 1)
  if (reply === null || !('results' in reply)) throw new Error('the database refuses the statement')
  return reply.results[0]?.rows[0] ?? []
}

function asked(pathname: string, parameters: URLSearchParams): readonly [sql: string, value: string] {
  if (pathname === '/orders') {
    return [parameters.get('count') === 'exact' ? ordersCountedSql : ordersSql, parameters.get('user') ?? '']
  }
  const category = parameters.get('category_id')
  return category === null ? [itemSql, pathname.slice('/products/'.length)] : [listSql, category]
}
