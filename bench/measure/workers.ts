import { join } from 'node:path'
import { type Bundle, bundleWorker } from '../build/bundle.ts'
import type { Runtime } from '../build/project.ts'
import { serveWorker } from '../build/workerd.ts'
import type { Keys } from '../data/keys.ts'
import { type Contender, contenders } from './tasks.ts'
import type { Served } from './verify.ts'

/** Each Worker's entry, from the folder of the project. */
const entries: Readonly<Record<Contender, string>> = {
  floor: 'bench/floor/worker.ts',
  baseline: 'bench/baseline/worker.ts',
  selvage: 'src/worker.ts',
}

export type Bundles = ReadonlyMap<Contender, Bundle>

export async function buildWorkers(folder: string): Promise<Bundles> {
  const bundles = new Map<Contender, Bundle>()
  for (const contender of contenders) {
    bundles.set(contender, await bundleWorker(entries[contender], join(folder, contender)))
  }
  return bundles
}

export interface Surroundings {
  /** Whether Selvage keeps answers. Where it must not, a read is measured with its trip. */
  readonly isCaching: boolean
  /** That Selvage keeps open. Default 0. */
  readonly mostStreams?: number
  readonly databaseUrl: string
  readonly keys: Keys
  readonly runtime: Runtime
}

export function serveWorkers(bundles: Bundles, surroundings: Surroundings): Promise<readonly Served[]> {
  return Promise.all(
    [...bundles].map(([contender, bundle]) => serveContender(contender, bundle, surroundings)),
  )
}

export async function serveContender(
  contender: Contender,
  bundle: Bundle,
  { databaseUrl, keys, runtime, isCaching, mostStreams = 0 }: Surroundings,
): Promise<Served> {
  const { port, pid } = await serveWorker({
    folder: bundle.folder,
    modules: [bundle.main],
    bindings: {
      DATABASE_URL: databaseUrl,
      DATABASE_STREAMS: String(mostStreams),
      ...bindingsOf(contender, keys, isCaching),
    },
    runtime,
    name: `port-of-${new URL(databaseUrl).port}-${isCaching ? 'caching' : 'asking'}-${mostStreams}`,
  })
  return { contender, port, pid }
}

function bindingsOf(contender: Contender, keys: Keys, isCaching: boolean): Readonly<Record<string, string>> {
  switch (contender) {
    case 'floor':
      return {}
    case 'baseline':
      return { PUBLIC_KEY: JSON.stringify(keys.publicKey), ISSUER: keys.issuer, AUDIENCE: keys.audience }
    case 'selvage':
      return { ...keys.bindings, ...(!isCaching && { CACHE_OFF: '1' }) }
  }
}
