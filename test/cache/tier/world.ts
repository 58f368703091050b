import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRuntime } from '../../../bench/build/project.ts'
import { type DataCentre, startDataCentre } from '../../../bench/world/city/data-centre.ts'
import { kvBinding } from '../../../bench/world/city/kv-binding.ts'
import { cityOf } from '../../../bench/world/geography.ts'
import { type KvServer, serveKv } from '../../../bench/world/kv/server.ts'
import { kvWorld } from '../../../bench/world/kv/world.ts'
import { startClock } from '../../../bench/world/link/clock.ts'
import type { ResponseCache } from '../../../src/cache/tier/edge.ts'
import type { KeyValueStore } from '../../../src/cache/tier/kv.ts'
import { freePort } from '../../../src/cli/sqld.ts'

/** What a Worker is given in one place of the simulated world. */
export interface WorldPlatform {
  readonly cache: ResponseCache
  readonly store: KeyValueStore
  readonly dataCentre: DataCentre
  readonly kv: KvServer
  stop(): Promise<void>
}

/** Hands the Cache API of its data centre out of workerd, with nothing of its own: 404 is what `match` has not. */
const handOut = `export default {
  async fetch(request) {
    const at = new URL(request.url).searchParams.get('at')
    if (request.method === 'GET') return (await caches.default.match(at)) ?? new Response(null, { status: 404 })
    const headers = new Headers()
    for (const name of ['cache-control', 'content-type']) headers.set(name, request.headers.get(name))
    await caches.default.put(at, new Response(await request.arrayBuffer(), { headers }))
    return new Response()
  },
}`

/** @param now of KV, in milliseconds; data centres have the clock of the machine */
export async function startWorld(now: () => number): Promise<WorldPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'selvage-tiers-'))
  await writeFile(join(folder, 'hand-out.js'), handOut)
  const port = await freePort()
  const city = cityOf('Frankfurt')
  const dataCentre = await startDataCentre({
    city,
    bundle: { folder, main: 'hand-out.js', rawBytes: 0, gzipBytes: 0 },
    runtime: await readRuntime(),
    bindings: {},
    ports: [port],
    hear: () => {},
  })
  const clock = await startClock()
  const kv = await serveKv(new Map([[city.colo, kvWorld({ now }).viewOf(city.colo, 0)]]), clock)
  const binding = kvBinding(`http://127.0.0.1:${kv.port}/${city.colo}`)
  return {
    cache: cacheAt(`http://127.0.0.1:${port}`),
    store: {
      async get(key, options) {
        const value = await binding.get(key, options)
        if (typeof value === 'string') throw new TypeError('KV was asked for bytes')
        return value
      },
      put: (key, value, options) => binding.put(key, new Uint8Array(value), options),
    },
    dataCentre,
    kv,
    async stop() {
      await dataCentre.stop()
      await kv.close()
      await clock.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function cacheAt(origin: string): ResponseCache {
  const urlOf = (at: string): string => `${origin}/?at=${encodeURIComponent(at)}`
  const succeeded = (response: Response): Response => {
    if (!response.ok) throw new Error(`the cache answered ${response.status}`)
    return response
  }
  return {
    async match(at) {
      const response = await fetch(urlOf(at))
      return response.status === 404 ? undefined : succeeded(response)
    },
    async put(at, { headers, body }) {
      const kept = new Uint8Array(await new Response(body).arrayBuffer())
      succeeded(await fetch(urlOf(at), { method: 'PUT', headers, body: kept }))
    },
  }
}
