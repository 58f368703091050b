import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { expect } from 'vitest'
import { createApp } from '../../../src/app.ts'
import type { TokenSubject } from '../../../src/auth/token/claims.ts'
import { signingKeys } from '../../../src/auth/token/keys.ts'
import { issueAccessToken, issuerOf } from '../../../src/auth/token/tokens.ts'
import { integerValue, textValue } from '../../../src/base/statement.ts'
import { startTiming } from '../../../src/base/timing.ts'
import { connect } from '../../../src/database/client.ts'
import type { BackendDeclaration } from '../../../src/index.ts'
import * as ledgerTables from '../../../src/ledger/tables.ts'
import { authTables } from '../../harness/auth-tables.ts'
import { makeBindings } from '../../harness/bindings.ts'
import { startDatabase, type TestDatabase } from '../../harness/database.ts'
import { plainSubject } from '../../harness/subject.ts'

export interface Ask {
  readonly method?: string
  /** An access token, `service`, or nobody. */
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  /** To be sent as JSON. */
  readonly body?: unknown
  /** Whether the answer is handed out while work goes on that is left for later, as in production. Default false. */
  readonly isHasty?: boolean
  /** Where the request comes in; default: that is not known. */
  readonly cf?: { readonly latitude: string; readonly longitude: string }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** An isolate: it shares with others what lies in the data centre, and the database. */
export type Isolate = (path: string, asked?: Ask) => Promise<Answer>

/** A database with a backend of a test, whose answers are kept. */
export type KeptWorld = Awaited<ReturnType<typeof startKept>>

/** @param given stopped with it; default: one that is started */
export async function startKept(declared: BackendDeclaration, given?: Pick<TestDatabase, 'url' | 'stop'>) {
  const database = given ?? (await startDatabase())
  const client = connect({ url: database.url, token: null })
  const tables = Object.fromEntries(declared.resources.map(({ table }, index) => [`table${index}`, table]))
  const migration = await generateSQLiteMigration(
    await generateSQLiteDrizzleJson({}),
    await generateSQLiteDrizzleJson({ ...authTables, ...ledgerTables, ...tables }),
  )
  const epoch = 'insert into selvage_clock (id, epoch) values (1, lower(hex(randomblob(16))))'
  const run = (statements: readonly string[]) =>
    client.transact(
      statements.map((sql) => ({ sql, args: [] })),
      startTiming(),
    )
  await run([...migration, epoch])
  const bindings: Readonly<Record<string, string>> = { ...makeBindings(database.url), CACHE_OFF: '' }

  const token = async (
    id: string,
    role: string,
    sessionId: string,
    more: Partial<TokenSubject> = {},
  ): Promise<string> => {
    const keys = await signingKeys(bindings.SIGNING_KEYS ?? '')
    const issuer = issuerOf(bindings.API_URL ?? '')
    const context = { issuer, tenant: '', keys, nowMilliseconds: Date.now() }
    const subject = { id, sessionId, role, email: `${id}@example.com`, ...plainSubject, ...more }
    return (await issueAccessToken(subject, context)).token
  }

  return {
    /** As somebody who comes to the database by another way than the Worker. */
    run,
    bindings,
    /** As much as `run`, of one moment. */
    look: (statements: readonly string[]) =>
      client.snapshot(
        statements.map((sql) => ({ sql, args: [] })),
        startTiming(),
      ),
    /**
     * @param changes of its bindings
     * @param deployed what it runs, where that is another version
     */
    isolate(changes: Readonly<Record<string, string>> = {}, deployed = declared): Isolate {
      const app = createApp(deployed)
      return async (path, { method = 'GET', as, headers = {}, body, isHasty = false, cf } = {}) => {
        const request = new Request(`http://selvage.test${path}`, {
          method,
          headers: {
            apikey: (as === 'service' ? bindings.SECRET_KEY : bindings.PUBLISHABLE_KEY) ?? '',
            ...(as !== undefined && as !== 'service' && { authorization: `Bearer ${as}` }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        if (cf !== undefined) Object.defineProperty(request, 'cf', { value: cf })
        const later: Promise<unknown>[] = []
        const response = await app.fetch(
          request,
          { ...bindings, ...changes },
          {
            waitUntil: (work) => void later.push(work),
            passThroughOnException: () => {},
            props: {},
          },
        )
        const text = await response.text()
        if (!isHasty) await Promise.all(later)
        return { status: response.status, headers: response.headers, text }
      }
    },
    token,
    /** A session of a user, who is made where there is none. @returns its access token */
    async signIn(
      id: string,
      role: string,
      sessionId: string,
      more: Partial<TokenSubject> = {},
    ): Promise<string> {
      const [now, end] = [integerValue(Date.now()), integerValue(Date.now() + 3_600_000)]
      await client.transact(
        [
          {
            sql: 'insert or ignore into auth_users (id, email, role, created_at, updated_at) values (?, ?, ?, ?, ?)',
            args: [textValue(id), textValue(`${id}@example.com`), textValue(role), now, now],
          },
          {
            sql: 'insert into auth_sessions (id, user_id, aal, created_at, refreshed_at, expires_at) values (?, ?, 2, ?, ?, ?)',
            args: [textValue(sessionId), textValue(id), now, now, end],
          },
        ],
        startTiming(),
      )
      return token(id, role, sessionId, more)
    },
    async stop(): Promise<void> {
      Reflect.deleteProperty(globalThis, 'caches')
      await database.stop()
    },
  }
}

/** Isolates that are made from now on are of a data centre of their own. */
export function newDataCentre(): void {
  Reflect.set(globalThis, 'caches', { default: dataCentre() })
}

/** The Cache API of a data centre, as much of it as is used. */
function dataCentre() {
  const kept = new Map<string, ArrayBuffer>()
  return {
    async match(url: string): Promise<Response | undefined> {
      const body = kept.get(url)
      return body === undefined ? undefined : new Response(body.slice())
    },
    async put(url: string, response: Response): Promise<void> {
      kept.set(url, await response.arrayBuffer())
    },
  }
}

/** The bookmark of a write that is done, as the next request brings it. */
export async function bookmarkOf(
  write: () => ReturnType<Isolate>,
): Promise<{ readonly 'selvage-bookmark': string }> {
  const { status, headers } = await write()
  expect(status).toBeLessThan(300)
  return { 'selvage-bookmark': headers.get('selvage-bookmark') ?? '' }
}
