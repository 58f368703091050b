import { once } from 'node:events'
import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What stands for DNS here: `/{namespace}/…` on one port goes to that namespace of a libSQL server. */
export interface Gateway {
  /** With `{tenant}` in it, as TENANT_DATABASE_URL. */
  readonly pattern: string
  urlOf(namespace: string): string
  /** Requests that came through, by namespace. */
  readonly requests: ReadonlyMap<string, number>
  stop(): Promise<void>
}

/** What becomes of a request: its body as it is to be sent on, or null to cut the connection. */
export type Meddle = (request: { readonly path: string; readonly body: Buffer }) => Meddled
/** `cut`: after how much of the exchange the client hears nothing more. */
export interface Meddled {
  readonly body: Buffer
  readonly cut: 'never' | 'before' | 'after'
}

export async function startGateway(
  target: string,
  meddle: Meddle = ({ body }) => ({ body, cut: 'never' }),
): Promise<Gateway> {
  const requests = new Map<string, number>()
  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy())
  })
  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, namespace = '', path = '/'] = /^\/([^/]+)(\/.*)?$/.exec(request.url ?? '') ?? []
    requests.set(namespace, (requests.get(namespace) ?? 0) + 1)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { body, cut } = meddle({ path, body: Buffer.concat(chunks) })
    if (cut === 'before') return void response.destroy()
    const { 'content-length': _length, ...headers } = request.headers
    const onward = requestOf(`${target}${path}`, {
      method: request.method,
      headers: { ...headers, host: `${namespace}.db.test`, 'content-length': body.length },
    })
    onward.end(body)
    const [reply] = (await once(onward, 'response')) as [IncomingMessage]
    const answer: Buffer[] = []
    for await (const chunk of reply) answer.push(chunk as Buffer)
    if (cut === 'after') return void response.destroy()
    response.writeHead(reply.statusCode ?? 502, reply.headers)
    response.end(Buffer.concat(answer))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    pattern: `${url}/{tenant}`,
    urlOf: (namespace) => `${url}/${namespace}`,
    requests,
    async stop() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}
