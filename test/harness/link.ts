import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line between two servers, which carries bytes, or holds them back, or breaks. */
export interface Link {
  readonly port: number
  /** Nothing comes through until it resumes; nothing is lost. */
  pause(): void
  /** It breaks, and whoever connects is turned away until it resumes. */
  cut(): void
  resume(): void
  stop(): Promise<void>
}

/** @param targetPort on 127.0.0.1 */
export async function startLink(targetPort: number): Promise<Link> {
  const sockets = new Set<Socket>()
  let isPaused = false
  let isCut = false
  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('data', (bytes) => to.write(bytes))
      if (isPaused) from.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    pause() {
      isPaused = true
      for (const socket of sockets) socket.pause()
    },
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    resume() {
      isPaused = false
      isCut = false
      for (const socket of sockets) socket.resume()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      if (server.listening) await once(server, 'close')
    },
  }
}
