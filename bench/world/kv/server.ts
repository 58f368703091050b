import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../link/clock.ts'
import { kvHeaders } from './headers.ts'
import type { KvView } from './world.ts'

/** The views of all places behind one port of loopback: `/{place}/{key}`, GET, PUT and DELETE. */
export interface KvServer {
  /** TCP port on 127.0.0.1. */
  readonly port: number
  /** What KV is like from now on. */
  behave(mood: KvMood): void
  close(): Promise<void>
}

/** `down`: it never answers. `corrupt`: every value that it answers is damaged. */
export type KvMood = 'well' | 'down' | 'corrupt'

export async function serveKv(views: ReadonlyMap<string, KvView>, clock: Clock): Promise<KvServer> {
  let mood: KvMood = 'well'
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [place = '', key = ''] = (request.url ?? '').slice(1).split('/').map(decodeURIComponent)
    const view = views.get(place)
    const body = await bytesOf(request)
    if (mood === 'down') return
    const { status, value, delay } = view === undefined ? notFound : ask(view, key, request, body)
    const damaged = mood === 'corrupt' ? damage(value) : value
    const send = () => response.writeHead(status, { 'content-length': damaged.byteLength }).end(damaged)
    if (delay === 0) send()
    else clock.at(clock.now() + delay, send)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    behave(next) {
      mood = next
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

interface Answer {
  readonly status: number
  readonly value: Uint8Array
  readonly delay: number
}

const nothing = new Uint8Array(0)
const notFound: Answer = { status: 404, value: nothing, delay: 0 }

function ask(view: KvView, key: string, { method, headers }: IncomingMessage, body: Uint8Array): Answer {
  if (Buffer.byteLength(key) > limits.keyBytes) return refused(414)
  if (method === 'GET') {
    const cacheSeconds = Number(headers[kvHeaders.cacheSeconds])
    if (!(cacheSeconds >= limits.leastCacheSeconds)) return refused(400)
    const { value, delay } = view.get(key, cacheSeconds)
    return { status: value === null ? 404 : 200, value: value ?? nothing, delay }
  }
  const told = headers[kvHeaders.lifeSeconds]
  const life = told === undefined ? null : Number(told)
  if (life !== null && !(Number.isInteger(life) && life >= limits.leastLifeSeconds)) return refused(400)
  if (body.byteLength > limits.valueBytes) return refused(413)
  const { taken, delay } = method === 'DELETE' ? view.delete(key) : view.put(key, body, life)
  return { status: taken ? 200 : 429, value: nothing, delay }
}

/** https://developers.cloudflare.com/kv/platform/limits/ */
const limits = {
  keyBytes: 512,
  valueBytes: 25 * 1_048_576,
  leastCacheSeconds: 30,
  leastLifeSeconds: 60,
} as const

const refused = (status: number): Answer => ({ status, value: nothing, delay: 0 })

async function bytesOf(request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Some bytes are others, and the end is missing. */
function damage(value: Uint8Array): Uint8Array {
  return value
    .slice(0, Math.ceil(value.byteLength * 0.9))
    .map((byte, at) => (at % 97 === 13 ? byte ^ 0x55 : byte))
}
