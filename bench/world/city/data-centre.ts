import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import type { Bundle } from '../../build/bundle.ts'
import type { Runtime } from '../../build/project.ts'
import { quoted, startWorkerd } from '../../build/workerd.ts'
import type { City } from '../geography.ts'

/**
 * One data centre: a workerd with two isolates of the Worker, and a third one as the Cache API that they share. It has no
 * network of its own: who asks and what is asked is reached by links.
 */
export interface DataCentre {
  /** TCP ports on 127.0.0.1, one for each isolate. */
  readonly ports: readonly number[]
  /** The process dies with all that it has in memory and in its cache; another one takes its ports. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface DataCentreOptions {
  readonly city: City
  readonly bundle: Bundle
  readonly runtime: Runtime
  readonly bindings: Readonly<Record<string, string>>
  /** One for each isolate, that nothing listens on. */
  readonly ports: readonly number[]
  /** Hears what the Workers write to their log. */
  hear(message: string): void
}

export async function startDataCentre({
  city,
  bundle,
  runtime,
  bindings,
  ports,
  hear,
}: DataCentreOptions): Promise<DataCentre> {
  const folder = join(bundle.folder, `data-centre-${city.colo}`)
  await mkdir(folder, { recursive: true })
  await copyFile(join(bundle.folder, bundle.main), join(folder, 'worker.js'))
  const cache = await readFile(join(import.meta.dirname, 'cache-worker.ts'), 'utf8')
  await writeFile(join(folder, 'cache.js'), stripTypeScriptTypes(cache))
  const common = `compatibilityDate = ${quoted(runtime.compatibilityDate)},
  compatibilityFlags = [${runtime.compatibilityFlags.map(quoted).join(', ')}]`
  const all = Object.entries(bindings)
  const services = ports.map((_, index) => `(name = "isolate-${index}", worker = .isolate)`)
  const sockets = ports.map(
    (port, index) =>
      `(name = "socket-${index}", address = "127.0.0.1:${port}", http = (cfBlobHeader = ${quoted(cfHeader)}), service = "isolate-${index}")`,
  )
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(',\n    ')},
    (name = "cache", worker = .cache),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [${sockets.join(', ')}],
);
const isolate :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [${all.map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`).join(', ')}],
  cacheApiOutbound = "cache",
  ${common},
);
const cache :Workerd.Worker = (
  modules = [(name = "cache.js", esModule = embed "cache.js")],
  ${common},
);
`
  const start = () => startWorkerd({ folder, name: city.colo, config, hear })
  let running = await start()
  return {
    ports,
    async restart() {
      await running.stop()
      running = await start()
    },
    stop: () => running.stop(),
  }
}

/** By this header the edge, whose part the client plays, hands `request.cf` as JSON to workerd. */
export const cfHeader = 'cf-blob'

/** What the platform says of a request that comes in here; numbers are texts, as there. */
export function cfOf({ name, colo, place: [latitude, longitude], country, continent }: City) {
  return {
    colo,
    city: name,
    country,
    continent,
    latitude: latitude.toFixed(5),
    longitude: longitude.toFixed(5),
    httpProtocol: 'HTTP/1.1',
    tlsVersion: 'TLSv1.3',
  }
}
