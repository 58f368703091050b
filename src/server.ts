import type { SQL } from 'drizzle-orm'
import { admission } from './auth/admission.ts'
import type { SigningKeys } from './auth/keys.ts'
import { signingKeys } from './auth/keys.ts'
import { type Clock, systemClock } from './base/clock.ts'
import { defaultLimits, type Limits } from './base/limits.ts'
import { type Bindings, readSettings, type Settings } from './base/settings.ts'
import { type EdgeCache, type SessionMemory, sessionMemory } from './cache/session.ts'
import { type Cluster, clusterOf } from './database/cluster.ts'
import type { BackendDeclaration } from './declare/backend.ts'
import { createPlans, type Plans } from './engine/plans.ts'
import { type RunningKeys, runningKeys } from './engine/write/running.ts'
import { linkModel, type Model } from './model/model.ts'

/** What an isolate keeps from one request to the next: plans, keys, and tokens that they have verified; no promise, no I/O. */
export interface Server {
  readonly settings: Settings
  readonly keys: SigningKeys
  readonly model: Model
  readonly admission: SQL
  readonly backend: BackendDeclaration
  readonly plans: Plans
  readonly running: RunningKeys
  readonly cluster: Cluster
  readonly store: Store
  readonly flights: Flights
  /** Names what the backend makes of a query: another backend has no use for what this one kept. */
  readonly schema: string
  readonly sessions: SessionMemory
  readonly clock: Clock
  readonly limits: Limits
}

/** The model is checked here, at start-up; settings are read at the first request, when there are bindings. */
export function createServer(backend: BackendDeclaration): (bindings: Bindings) => Promise<Server> {
  const model = linkModel(backend)
  const plans = createPlans(model, admission, defaultLimits)
  const running = runningKeys()
  let server: Server | null = null
  return async (bindings) => {
    if (server !== null) return server
    const settings = readSettings(bindings)
    const keys = await signingKeys(settings.signingKeys)
    server = {
      settings,
      keys,
      model,
      admission,
      backend,
      plans,
      running,
      cluster: clusterOfSettings(settings),
      sessions: sessionMemory(dataCentreCache()),
      clock: systemClock,
      limits: defaultLimits,
    }
    return server
  }
}

function clusterOfSettings({ databaseUrl, databaseToken, databasePlace, replicas }: Settings): Cluster {
  return clusterOf(
    { name: 'primary', url: databaseUrl, token: databaseToken, place: databasePlace, isPrimary: true },
    replicas.map((replica) => ({ ...replica, isPrimary: false })),
  )
}

/** Null where the platform has none. */
function dataCentreCache(): EdgeCache | null {
  const caches: unknown = Reflect.get(globalThis, 'caches')
  const cache: unknown = typeof caches === 'object' && caches !== null ? Reflect.get(caches, 'default') : null
  return isCache(cache) ? cache : null
}

function isCache(value: unknown): value is EdgeCache {
  return typeof value === 'object' && value !== null && 'match' in value && 'put' in value
}
