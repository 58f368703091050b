import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { quoted, startWorkerd } from '../../build/workerd.ts'
import { cfOf, type DataCentre, type DataCentreOptions } from './data-centre.ts'

/**
 * The same data centre without Miniflare, whose proxies and whose Cache API take most of the time of an answer: one
 * workerd, two isolates, and a third one as their Cache API.
 */
export async function startPlainDataCentre({
  city,
  bundle,
  runtime,
  bindings,
  ports,
  hear,
}: DataCentreOptions): Promise<DataCentre> {
  const folder = join(bundle.folder, `plain-${city.colo}`)
  await mkdir(folder, { recursive: true })
  await copyFile(join(bundle.folder, bundle.main), join(folder, 'worker.js'))
  const cache = await readFile(join(import.meta.dirname, 'cache-worker.ts'), 'utf8')
  await writeFile(join(folder, 'cache.js'), stripTypeScriptTypes(cache))
  const common = `compatibilityDate = ${quoted(runtime.compatibilityDate)},
  compatibilityFlags = [${runtime.compatibilityFlags.map(quoted).join(', ')}]`
  const all = Object.entries({ ...bindings, WORLD_CF: JSON.stringify(cfOf(city)) })
  const services = ports.map((_, index) => `(name = "isolate-${index}", worker = .isolate)`)
  const sockets = ports.map(
    (port, index) =>
      `(name = "socket-${index}", address = "127.0.0.1:${port}", http = (), service = "isolate-${index}")`,
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
  const start = () =>
    startWorkerd({ folder, name: city.colo, config, hear: (message) => hear({ level: 'log', message }) })
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
