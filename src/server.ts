import { admission } from './auth/admission.ts'
import { checkCaptcha } from './auth/captcha/captcha.ts'
import { featuresOf } from './auth/feature.ts'
import { checkPasswordDeclaration } from './auth/password/rules.ts'
import { type SessionLimits, sessionLimitsOf } from './auth/session/limits.ts'
import { ratesOf } from './auth/throttle/rates.ts'
import { roomsOf, type Throttles } from './auth/throttle/rooms.ts'
import type { SigningKeys } from './auth/token/keys.ts'
import { signingKeys } from './auth/token/keys.ts'
import { systemClock } from './base/clock.ts'
import { digest } from './base/crypto.ts'
import { defaultLimits } from './base/limits.ts'
import { boundedMap } from './base/memory/bounded-map.ts'
import { type Bindings, readSettings, type Settings } from './base/settings.ts'
import { platformCache, platformStore, platformWorld } from './cache/create.ts'
import { createFlights } from './cache/flight.ts'
import { type SessionMemory, sessionMemory } from './cache/session/memory.ts'
import { createStanding } from './cache/standing.ts'
import { type Cluster, clusterOf } from './database/cluster.ts'
import { readShards, requireShards, type ShardNode } from './database/shard/nodes.ts'
import type { BackendDeclaration } from './declare/backend.ts'
import { servedLately } from './engine/keep/lately.ts'
import { createPlans } from './engine/plans.ts'
import { runningKeys } from './engine/write/running.ts'
import { mailOf } from './mail/create.ts'
import type { Mail } from './mail/mail.ts'
import { linkModel, type Model } from './model/model.ts'
import { nothingWatched } from './model/rule/watch.ts'
import { devUrlOf } from './reference/dev.ts'
import type { RestServer } from './rest/env.ts'

/** What an isolate keeps from one request to the next: plans, keys, and tokens that they have verified; no promise, no I/O. */
export interface Server extends RestServer {
  readonly bindings: Bindings
  readonly shards: readonly ShardNode[]
  readonly keys: SigningKeys
  readonly backend: BackendDeclaration
  readonly cluster: Cluster
  readonly sessions: SessionMemory
  readonly sessionLimits: SessionLimits
  readonly mail: Mail | null
  readonly throttles: Throttles
  /** Where development has its pages; null elsewhere. */
  readonly devUrl: string | null
}

/** The model is checked here, at start-up; settings are read at the first request, when there are bindings. */
export function createServer(backend: BackendDeclaration): (bindings: Bindings) => Promise<Server> {
  const linked = linkModel(backend)
  const running = runningKeys()
  checkPasswordDeclaration(backend.auth?.password)
  const rates = ratesOf(backend.auth?.throttles)
  const sessionLimits = sessionLimitsOf(backend.auth?.sessions)
  let server: Server | null = null
  return async (bindings) => {
    if (server !== null) return server
    const settings = readSettings(bindings)
    checkCaptcha(backend.auth?.captcha, bindings)
    for (const feature of featuresOf(backend.auth?.features)) feature.requireBindings?.(bindings)
    const shards = readShards(bindings)
    requireShards(shards, linked.sharded)
    const model = settings.isCaching ? linked : { ...linked, watch: nothingWatched }
    const plans = createPlans(model, admission(), defaultLimits)
    const keys = await signingKeys(settings.signingKeys)
    const cache = platformCache()
    server = {
      settings,
      bindings,
      shards,
      keys,
      model,
      admission: admission(),
      backend,
      plans,
      running,
      cluster: clusterOfSettings(settings),
      sessions: sessionMemory(cache, systemClock, reportFailure),
      store: platformStore({ cache, world: platformWorld(bindings.CACHE) }, systemClock, reportFailure),
      flights: createFlights(systemClock),
      lately: servedLately(),
      report: reportFailure,
      standing: createStanding(),
      schema: schemaOf(model),
      realm: realmOf(settings),
      sessionLimits,
      mail: mailOf(bindings, { isNeeded: backend.auth?.confirmEmail === true }),
      throttles: { rooms: roomsOf(bindings, systemClock), rates },
      devUrl: devUrlOf(bindings),
      clock: systemClock,
      limits: defaultLimits,
    }
    return server
  }
}

/** So many tenants have what they keep in an isolate; the one that was asked for longest ago gives way. */
const mostTenants = 2_000

/**
 * The server as one tenant has it: model, plans and signing keys are the same for all; settings, what is known
 * of its database, and which requests are running, are its own; what is kept of answers is told apart by key.
 */
export function createTenantServers(): (server: Server, settings: Settings) => Server {
  const servers = boundedMap<Server>(mostTenants)
  return (server, settings) => {
    const known = servers.get(settings.tenant)
    if (known?.settings === settings) return known
    const cluster = clusterOfSettings(settings)
    const own: Server = { ...server, settings, realm: realmOf(settings), cluster, running: runningKeys() }
    servers.set(settings.tenant, own)
    return own
  }
}

function clusterOfSettings({
  databaseUrl,
  databaseToken,
  databasePlace,
  replicas,
  mostStreams,
}: Settings): Cluster {
  return clusterOf(
    { name: 'primary', url: databaseUrl, token: databaseToken, place: databasePlace, isPrimary: true },
    replicas.map((replica) => ({ ...replica, isPrimary: false })),
    mostStreams,
  )
}

/**
 * With another secret, database or stay, too: what was kept of a former bearer of a name, or before a move there and
 * back, is nothing here.
 */
function realmOf({ tenant, serverSecret, databaseUrl, stay }: Settings): string {
  return digest(JSON.stringify([tenant, serverSecret, databaseUrl, ...(stay === null ? [] : [stay])]))
}

/** Names all that queries are made of: tables, columns and their types. */
function schemaOf({ resources }: Model): string {
  const tables = [...resources.values()].map(({ name, tableName, fields }) => [
    name,
    tableName,
    [...fields.values()].map((field) => [field.name, field.kind]),
  ])
  return digest(JSON.stringify(tables))
}

/** What failed, and with which status of Workers KV (`KV PUT failed: 429 Too Many Requests`), never a key or what is kept. */
function reportFailure(what: string, error: unknown): void {
  const [name, message] = error instanceof Error ? [error.name, error.message] : [typeof error, '']
  const status = /\bfailed: ([45]\d\d)\b/.exec(message)?.[1]
  console.error(
    JSON.stringify({ cache: what, error: name, ...(status !== undefined && { status: Number(status) }) }),
  )
}
