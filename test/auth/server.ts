import { generateKeyPairSync } from 'node:crypto'
import { GoTrueAdminApi, GoTrueClient } from '@supabase/auth-js'
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Hono } from 'hono/tiny'
import type { AuthEnv, AuthServer } from '../../src/auth/context.ts'
import { authRoutes } from '../../src/auth/routes.ts'
import { sessionLimitsOf } from '../../src/auth/session/limits.ts'
import { type Rates, ratesOf } from '../../src/auth/throttle/rates.ts'
import { roomsInMemory } from '../../src/auth/throttle/rooms.ts'
import { signingKeys } from '../../src/auth/token/keys.ts'
import { Problem, problemResponse } from '../../src/base/problem.ts'
import type { Bindings, Settings } from '../../src/base/settings.ts'
import type { Result, Value } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import type { BackendDeclaration } from '../../src/declare/backend.ts'
import * as ledgerTables from '../../src/ledger/tables.ts'
import type { Message } from '../../src/mail/mail.ts'
import { linkModel } from '../../src/model/model.ts'
import { authTables } from '../harness/auth-tables.ts'
import { startDatabase } from '../harness/database.ts'

const profiles = sqliteTable('profiles', {
  user_id: text()
    .primaryKey()
    .references(() => authTables.authUsers.id),
  nickname: text().unique(),
  made_at: integer({ mode: 'timestamp_ms' })
    .notNull()
    .$defaultFn(() => new Date()),
})

const backend: BackendDeclaration = {
  name: 'sign-in',
  roles: { customer: [], admin: ['customer'] },
  defaultRole: 'customer',
  resources: [],
  profile: {
    table: profiles,
    values: ({ id, data }) => ({
      user_id: id,
      nickname: typeof data.nickname === 'string' ? data.nickname : null,
    }),
  },
}

export type TestAuthServer = Awaited<ReturnType<typeof startAuthServer>>

/** `authRoutes` over a database of their own, with a clock that tests move. */
export async function startAuthServer(changes: Partial<BackendDeclaration> = {}, bindings: Bindings = {}) {
  const database = await startDatabase()
  const db = connect({ url: database.url, token: null })
  const query = (sql: string, ...args: Value[]): Promise<Result> => db.run({ sql, args }, startTiming())
  for (const statement of await generateSQLiteMigration(
    await generateSQLiteDrizzleJson({}),
    await generateSQLiteDrizzleJson({ ...authTables, ...ledgerTables, profiles }),
  )) {
    await query(statement)
  }
  const declaration = { ...backend, ...changes }
  const model = linkModel(declaration)
  let aheadMilliseconds = 0
  const clock = { nowMilliseconds: () => Date.now() + aheadMilliseconds }
  const settings = settingsFor(database.url)
  const keys = await signingKeys(settings.signingKeys)
  const sent: Message[] = []
  const server: AuthServer = {
    settings,
    bindings,
    keys,
    clock,
    backend: declaration,
    model,
    sessionLimits: sessionLimitsOf(declaration.auth?.sessions),
    throttles: { rooms: roomsInMemory(clock), rates: ratesFor(declaration) },
    mail: { send: async (message) => void sent.push(message) },
  }
  const app = new Hono<AuthEnv>()
  app.use(async (context, next) => {
    const timing = startTiming()
    context.set('timing', timing)
    context.set('database', db)
    context.set('requestId', crypto.randomUUID())
    context.set('server', server)
    await next()
    context.header('x-trips', String(timing.trips))
  })
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error)
    throw error
  })
  app.route('/auth/v1', authRoutes(declaration))
  /** What goes on after the answer, mails among it, has been done when a test sees it. */
  const requested = async (url: string, init?: RequestInit): Promise<Response> => {
    const after: Promise<unknown>[] = []
    const waitUntil = (promise: Promise<unknown>) => void after.push(promise)
    const context = { waitUntil, passThroughOnException() {}, props: {} }
    const response = await app.request(url, init, {}, context)
    await Promise.all(after)
    return response
  }

  return {
    settings,
    keys,
    clock,
    query,
    /** Mails, the first one first. */
    sent,
    stop: database.stop,
    travel(milliseconds: number) {
      aheadMilliseconds += milliseconds
    },
    /** A request as it is, without any key. */
    async fetch(url: string, init: RequestInit = {}) {
      const response = await requested(url, init)
      return response
    },
    /** A request with the publishable key, unless it brings one; `path` is below `/auth/v1`. */
    async send(path: string, init: RequestInit = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('apikey')) headers.set('apikey', settings.publishableKey)
      return this.request(path, { ...init, headers })
    },
    /** A request below `/auth/v1` as it is, without a key. */
    request(path: string, init: RequestInit = {}): Promise<Response> {
      return this.fetch(`${settings.apiUrl}/auth/v1${path}`, init)
    },
    post(path: string, body: unknown, headers: Record<string, string> = {}) {
      return this.send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    },
    /** A request with the secret key. */
    asService(method: string, path: string, body?: unknown) {
      return this.send(path, {
        method,
        headers: { apikey: settings.secretKey, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    },
    /** `auth.admin` of `supabase-js`. */
    admin() {
      const { secretKey, apiUrl } = settings
      return new GoTrueAdminApi({
        url: `${apiUrl}/auth/v1`,
        headers: { apikey: secretKey, Authorization: `Bearer ${secretKey}` },
        fetch: (input, init) => requested(String(input), init),
      })
    },
    /** `auth-js` as `supabase-js` sets it up; with the secret key it is an administrator's. */
    client(options: { readonly flowType?: 'implicit' | 'pkce'; readonly key?: string } = {}) {
      const { publishableKey, apiUrl } = settings
      const { key = publishableKey, flowType = 'implicit' } = options
      const stored = new Map<string, string>()
      return new GoTrueClient({
        url: `${apiUrl}/auth/v1`,
        headers: { apikey: key, Authorization: `Bearer ${key}` },
        autoRefreshToken: false,
        flowType,
        experimental: { recoveryCodes: true },
        storageKey: crypto.randomUUID(),
        storage: {
          getItem: (key) => stored.get(key) ?? null,
          setItem: (key, value) => void stored.set(key, value),
          removeItem: (key) => void stored.delete(key),
        },
        fetch: (input, init) => requested(String(input), init),
      })
    },
  }
}

/** Tests do things more often than people: they are slowed only where that is what is tested. */
function ratesFor({ auth }: BackendDeclaration): Rates {
  if (auth?.throttles !== undefined) return ratesOf(auth.throttles)
  const none = {}
  return {
    sign_in: none,
    sign_up: none,
    anonymous: none,
    refresh: none,
    mail: none,
    verify: none,
    factor: none,
  }
}

function settingsFor(databaseUrl: string): Settings {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'
  return {
    ...{ tenant: '', stay: null },
    databasePlace: null,
    replicas: [],
    isHedged: false,
    mostStreams: 0,
    isCaching: false,
    apiUrl: 'http://selvage.test',
    siteUrl: 'http://site.test',
    databaseUrl,
    databaseToken: null,
    publishableKey: `sb_publishable_${letters}`,
    secretKey: `sb_secret_${letters}`,
    signingKeys: JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: crypto.randomUUID() }]),
    serverSecret: letters,
  }
}

/** The members of a JSON answer. */
export async function membersOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json()
  if (typeof body !== 'object' || body === null) throw new TypeError('not an object')
  return { ...body }
}
