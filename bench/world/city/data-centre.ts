import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import type { Bundle } from '../../build/bundle.ts'
import type { Runtime } from '../../build/project.ts'
import type { City } from '../geography.ts'

/**
 * One data centre: two isolates of the Worker, as two Workers of one Miniflare, whose Cache API they share. It has
 * no network of its own: who asks and what is asked is reached by links.
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
  hear(log: { readonly level: string; readonly message: string }): void
}

export async function startDataCentre(options: DataCentreOptions): Promise<DataCentre> {
  const script = await readFile(join(options.bundle.folder, options.bundle.main), 'utf8')
  const { city, runtime } = options
  const bindings = { ...options.bindings, WORLD_CF: JSON.stringify(cfOf(city)) }
  const start = async (): Promise<Miniflare> => {
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        // Else it asks Cloudflare where this machine stands.
        cf: false,
        log: new Log(LogLevel.ERROR),
        // What Workers say of caches that fail is what is simulated; what they answer is checked.
        handleStructuredLogs: options.hear,
        workers: options.ports.map((port, index) => ({
          name: `isolate-${index}`,
          modules: [{ type: 'ESModule', path: 'worker.js', contents: script }],
          compatibilityDate: runtime.compatibilityDate,
          compatibilityFlags: [...runtime.compatibilityFlags],
          bindings,
          unsafeDirectSockets: [{ host: '127.0.0.1', port }],
        })),
      }),
    )
    await miniflare.ready
    return miniflare
  }
  let miniflare = await start()
  return {
    ports: options.ports,
    async restart() {
      await miniflare.dispose()
      miniflare = await start()
    },
    stop: () => miniflare.dispose(),
  }
}

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
