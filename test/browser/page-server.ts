import { createServer } from 'node:http'

/** Path → what is there. */
export type Files = Readonly<Record<string, File>>

interface File {
  readonly type: string
  readonly text: string
  readonly policy?: string
}

export interface PageServer {
  /** Without a slash at its end. */
  readonly origin: string
  stop(): Promise<void>
}

/** Someone's own pages, on a free port of loopback: another origin than the Worker's. */
export async function servePages(files: Files): Promise<PageServer> {
  const server = createServer((request, response) => {
    const file = files[request.url ?? '']
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    const { type, text, policy } = file
    response
      .writeHead(200, { 'content-type': type, ...(policy && { 'content-security-policy': policy }) })
      .end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server of pages has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
