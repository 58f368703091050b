import { join, resolve } from 'node:path'
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { bundleWorker } from '../../bench/build/bundle.ts'
import { readRuntime } from '../../bench/build/project.ts'
import { type RunningWorker, serveWorker } from '../../bench/build/workerd.ts'
import { createApp } from '../../src/app.ts'
import { signingKeys } from '../../src/auth/token/keys.ts'
import { issueAccessToken, issuerOf } from '../../src/auth/token/tokens.ts'
import { type Result, textValue, type Value } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect, type Database } from '../../src/database/client.ts'
import { placeOf } from '../../src/database/shard/place.ts'
import * as ledgerTables from '../../src/ledger/tables.ts'
import { authTables } from '../harness/auth-tables.ts'
import { makeBindings } from '../harness/bindings.ts'
import { startDatabase } from '../harness/database.ts'
import { plainSubject } from '../harness/subject.ts'
import { startWire } from '../harness/wire.ts'
import type { Fault } from '../harness/wire-fault.ts'
import { orderItems, orders, posts, readings, shardedBackend } from './backend/index.ts'

/** The same backend twice: over one database, and over a main one with three shards, each behind a wire. */
export type World = Awaited<ReturnType<typeof startWorld>>

export interface Ask {
  readonly method?: string
  /** Key of `World.tokens`, `service`, or nobody. */
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON text. */
  readonly body?: string
  /** What goes wrong with what is sent to a database: 0 is the main one. */
  readonly faults?: Readonly<Record<number, Fault>>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Requests that came to the main database, and to each shard. */
  readonly trips: { readonly main: number; readonly shards: readonly number[] }
  readonly requestId: string
}

export const shardNames = ['a', 'b', 'c'] as const
export const people = Array.from({ length: 8 }, (_, index) => `user-${index}`)
/** The shard of a user's rows, or of a device's readings. */
export const shardOf = (key: string): number => placeOf(key, shardNames)

/** @param isDeployed whether the sharded one is the bundle under plain workerd, and not the app in this process */
export async function startWorld(isDeployed = false) {
  const databases = await Promise.all(Array.from({ length: 5 }, () => startDatabase()))
  const wires = await Promise.all(databases.map(({ url }) => startWire(url)))
  const clients = databases.map(({ url }) => connect({ url, token: null }))
  const migration = await generateSQLiteMigration(
    await generateSQLiteDrizzleJson({}),
    await generateSQLiteDrizzleJson({
      ...authTables,
      ...ledgerTables,
      ...{ orders, orderItems, readings, posts },
    }),
  )
  const tables = migration.map((sql) => ({ sql, args: [] }))
  await Promise.all(clients.map((client) => client.transact(tables, startTiming())))
  const [single, main, ...shards] = wires.map(({ url }) => url)
  if (single === undefined || main === undefined) throw new RangeError('there are wires')
  const bindings = makeBindings(single)
  const nodes = shards.map((url, index) => ({ name: shardNames[index], url }))
  const shardedBindings = { ...bindings, DATABASE_URL: main, DATABASE_SHARDS: JSON.stringify(nodes) }
  const apps = {
    single: { app: createApp(shardedBackend(false)), bindings },
    sharded: { app: createApp(shardedBackend(true)), bindings: shardedBindings },
  }
  const deployed = isDeployed ? await deploy(databases[1]?.folder ?? '', shardedBindings) : null
  const tokens = await signedIn(clients.slice(0, 2), bindings)

  async function ask(which: keyof typeof apps, path: string, asked: Ask = {}): Promise<Answer> {
    const { app, bindings: own } = apps[which]
    const requestId = crypto.randomUUID()
    for (const [place, fault] of Object.entries(asked.faults ?? {})) {
      const init = { method: 'POST', body: JSON.stringify(fault) }
      await (await fetch(`${wires[Number(place) + 1]?.url}/__fault/${requestId}`, init)).arrayBuffer()
    }
    const worker = which === 'sharded' ? deployed : null
    const origin = worker === null ? 'http://selvage.test' : `http://127.0.0.1:${worker.port}`
    const token = asked.as === undefined || asked.as === 'service' ? null : tokens.get(asked.as)
    const request = new Request(path.startsWith('/') ? `${origin}${path}` : `${origin}/rest/v1/${path}`, {
      method: asked.method ?? 'GET',
      headers: {
        apikey: (asked.as === 'service' ? bindings.SECRET_KEY : bindings.PUBLISHABLE_KEY) ?? '',
        'x-request-id': requestId,
        ...(token == null ? {} : { authorization: `Bearer ${token}` }),
        ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...asked.headers,
      },
      ...(asked.body === undefined ? {} : { body: asked.body }),
    })
    const response = await (worker === null ? app.fetch(request, own) : fetch(request))
    const text = await response.text()
    const [mainTrips = 0, ...shardTrips] = await Promise.all(
      wires.slice(1).map(async ({ url }) => {
        const reply = await fetch(`${url}/__trips/${requestId}`)
        return (await reply.json()) as number
      }),
    )
    return {
      status: response.status,
      headers: response.headers,
      text,
      trips: { main: mainTrips, shards: shardTrips },
      requestId,
    }
  }

  return {
    ask,
    /** The main database, then the shards. */
    query: (place: number, sql: string, ...args: Value[]): Promise<Result> =>
      clientAt(clients, place + 1).run({ sql, args }, startTiming()),
    /** A shard that nobody answers for any more; -1: the main database. */
    async lose(shard: number): Promise<void> {
      await databases.splice(shard + 2, 1)[0]?.stop()
    },
    async stop(): Promise<void> {
      await deployed?.stop()
      await Promise.all(wires.map((wire) => wire.stop()))
      await Promise.all(databases.map((database) => database.stop()))
    },
  }
}

async function deploy(folder: string, bindings: Readonly<Record<string, string>>): Promise<RunningWorker> {
  const { main } = await bundleWorker(resolve('test/shard/worker.ts'), join(folder, 'worker'))
  return serveWorker({
    name: 'shard',
    folder: join(folder, 'worker'),
    modules: [main],
    bindings,
    runtime: await readRuntime(),
  })
}

function clientAt(clients: readonly Database[], index: number): Database {
  const client = clients[index]
  if (client === undefined) throw new RangeError(`no database ${index}`)
  return client
}

/** Everybody of `people` is signed in, the first one as staff; and `gone`, whose session is over. */
async function signedIn(clients: readonly Database[], bindings: Readonly<Record<string, string>>) {
  const keys = await signingKeys(bindings.SIGNING_KEYS ?? '')
  const tokens = new Map<string, string>()
  for (const id of [...people, 'gone']) {
    const role = id === people[0] ? 'staff' : 'customer'
    const subject = { id, sessionId: `session-${id}`, role, email: `${id}@example.com`, ...plainSubject }
    const context = {
      issuer: issuerOf(bindings.API_URL ?? ''),
      tenant: '',
      keys,
      nowMilliseconds: Date.now(),
    }
    tokens.set(id, (await issueAccessToken(subject, context)).token)
    const [now, end] = [Date.now(), Date.now() + 3_600_000].map((at) => ({
      type: 'integer' as const,
      value: String(at),
    }))
    if (now === undefined || end === undefined) throw new RangeError('two instants')
    for (const client of clients) {
      await client.transact(
        [
          {
            sql: 'insert into auth_users (id, email, role, created_at, updated_at) values (?, ?, ?, ?, ?)',
            args: [textValue(id), textValue(subject.email), textValue(role), now, now],
          },
          {
            sql: 'insert into auth_sessions (id, user_id, created_at, refreshed_at, expires_at, revoked_at) values (?, ?, ?, ?, ?, ?)',
            args: [
              textValue(subject.sessionId),
              textValue(id),
              ...[now, now, end],
              id === 'gone' ? now : { type: 'null' },
            ],
          },
        ],
        startTiming(),
      )
    }
  }
  return tokens
}
