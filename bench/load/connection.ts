import { connect, type Socket } from 'node:net'

/** An answer, with its body undone of chunks. */
export interface Reply {
  readonly status: number
  readonly head: string
  readonly body: Buffer
}

/**
 * One kept-alive HTTP/1.1 connection over a raw socket: one request at a time, as little work as possible,
 * because the load shares the machine's cores with what it measures.
 */
export interface Connection {
  /** `request`: a whole request as bytes. @throws when the connection ends, or the answer is malformed. */
  send(request: Buffer): Promise<Reply>
  /** False once either side has ended it. */
  readonly isOpen: boolean
  close(): void
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = await opened(port)
  let received: Buffer = Buffer.alloc(0)
  let waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = null
  }
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    try {
      const reply = readReply(received)
      if (reply === null) return
      received = Buffer.alloc(0)
      const { resolve } = waiting ?? { resolve: () => fail(new Error('an answer that nobody asked for')) }
      waiting = null
      resolve(reply)
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error(`the server on port ${port} closed the connection`)))
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(request)
      }),
    get isOpen() {
      return !socket.destroyed && socket.readable
    },
    close: () => socket.destroy(),
  }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

const lineBreak = Buffer.from('\r\n')
const noBody = Buffer.alloc(0)
const headEnd = Buffer.from('\r\n\r\n')
// windows-1252, which is Latin-1 where headers are concerned.
const latin1 = new TextDecoder('latin1')

/** Null while bytes are missing. Framing as in RFC 9112 §6: a length or chunks; nothing else is expected here. */
function readReply(bytes: Buffer): Reply | null {
  const end = bytes.indexOf(headEnd)
  if (end < 0) return null
  const head = latin1.decode(bytes.subarray(0, end))
  const status = Number(head.slice(9, 12))
  const start = end + headEnd.length
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const stop = start + Number(length)
    return bytes.length < stop ? null : { status, head, body: bytes.subarray(start, stop) }
  }
  if (status === 204 || status === 304) return { status, head, body: noBody }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error(`an answer without a length: ${head}`)
  const body = readChunks(bytes, start)
  return body === null ? null : { status, head, body }
}

function readChunks(bytes: Buffer, start: number): Buffer | null {
  const chunks: Buffer[] = []
  let at = start
  for (;;) {
    const lineEnd = bytes.indexOf(lineBreak, at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(latin1.decode(bytes.subarray(at, lineEnd)), 16)
    const next = lineEnd + 2 + size
    if (bytes.length < next + 2) return null
    if (size === 0) return Buffer.concat(chunks)
    chunks.push(bytes.subarray(lineEnd + 2, next))
    at = next + 2
  }
}
