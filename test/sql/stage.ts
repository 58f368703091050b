import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import { admission } from '../../src/auth/admission.ts'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { defaultLimits } from '../../src/base/limits.ts'
import type { Statement, Value } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { createStatements, declaredSearch } from '../../src/cli/search.ts'
import { connect } from '../../src/database/client.ts'
import { createPlans } from '../../src/engine/plans.ts'
import { type ReadAnswer, read } from '../../src/engine/read.ts'
import { write } from '../../src/engine/write/write.ts'
import type { BackendDeclaration, Seed } from '../../src/index.ts'
import * as ledgerTables from '../../src/ledger/tables.ts'
import type { Caller, UserCaller } from '../../src/model/caller/caller.ts'
import { toValue } from '../../src/model/expression.ts'
import { linkModel } from '../../src/model/model.ts'
import { nothingWatched } from '../../src/model/rule/watch.ts'
import type { ReadRequest } from '../../src/query/intent.ts'
import type { WriteRequest } from '../../src/query/write/intent.ts'
import { authTables } from '../harness/auth-tables.ts'
import { startDatabase } from '../harness/database.ts'
import { plainCaller } from '../harness/subject.ts'

/** A backend on a real server, without HTTP in front: intents go in, what the database wrote comes out. */
export type Stage = Awaited<ReturnType<typeof startStage>>

/** What became of a write, and its statements. */
export interface Written {
  readonly affected: number
  readonly location: string | null
  readonly body: string | null
  readonly sent: readonly Statement[]
}

const sessionMilliseconds = 3_600_000

export async function startStage(backend: BackendDeclaration, seed: Seed, clock: Clock = systemClock) {
  const database = await startDatabase()
  const db = connect({ url: database.url, token: null })
  // Statements as they are where nothing is kept.
  const model = { ...linkModel(backend), watch: nothingWatched }
  const plans = createPlans(model, admission(), defaultLimits)
  const query = (sql: string, ...args: Value[]) => db.run({ sql, args }, startTiming())
  const fill = (table: SQLiteTable, rows: readonly Readonly<Record<string, unknown>>[]) =>
    db.transact(inserts(table, rows), startTiming())
  try {
    await db.transact(await tableStatements(backend, seed), startTiming())
    for (const { table, values } of seed.rows) await fill(table, values)
    await fill(
      authTables.authUsers,
      seed.users.map(({ id, email, role }) => ({ id, email, role })),
    )
  } catch (error) {
    await database.stop()
    throw error
  }
  return {
    model,
    plans,
    query,
    /** Statements in one transaction. */
    transact: (statements: readonly Statement[]) => db.transact(statements, startTiming()),
    fill,
    stop: database.stop,
    /** A user of the seed with a session of an hour. */
    async signIn({ id, email, role }: { id: string; email: string; role: string }): Promise<UserCaller> {
      const sessionId = crypto.randomUUID()
      const expires_at = new Date(Date.now() + sessionMilliseconds)
      await fill(authTables.authSessions, [{ id: sessionId, user_id: id, expires_at }])
      return { kind: 'user', id, email, role, sessionId, ...plainCaller }
    },
    /** As the Worker answers it, with what it sent. */
    async read(
      request: ReadRequest,
      caller: Caller,
      cursor: string | null = null,
    ): Promise<Omit<ReadAnswer, 'body'> & { readonly body: string; readonly sent: Statement }> {
      const sent: Statement[] = []
      const tapped = {
        ...db,
        run: (statement: Statement, timing: Parameters<typeof db.run>[1]) => {
          sent.push(statement)
          return db.run(statement, timing)
        },
      }
      const answer = await read(
        request,
        { cursor, consistency: null },
        {
          plans,
          database: tapped,
          shards: [],
          caller,
          clock,
          timing: startTiming(),
          caching: null,
        },
      )
      const [statement, ...more] = sent
      if (statement === undefined || more.length > 0) throw new Error(`${sent.length} trips for one read`)
      return { ...answer, body: new TextDecoder().decode(answer.body), sent: statement }
    },
    /** Several writes in one transaction, as the Worker does them, with what it sent in its one trip. */
    async writeAll(requests: readonly WriteRequest[], caller: Caller, requestId: string) {
      const sent: Statement[] = []
      const tapped: typeof db = {
        ...db,
        transact: (statements, ...more) => {
          sent.push(...statements)
          return db.transact(statements, ...more)
        },
      }
      const timing = startTiming()
      const options = { idempotencyKey: null, isTrial: false, isBatch: false }
      const context = { model, plans, database: tapped, shards: [], caller, clock, timing, requestId }
      return { ...(await write(requests, options, context)), sent, trips: timing.trips }
    },
    /** One write, as the Worker does it, with what it sent. */
    async write(request: WriteRequest, caller: Caller): Promise<Written> {
      const { answers, sent } = await this.writeAll([request], caller, 'test')
      const [only] = answers
      if (only === undefined) throw new Error('a write has an answer')
      const { answer, affected, location } = only
      return { affected, location, body: answer && new TextDecoder().decode(answer.body), sent }
    },
  }
}

async function tableStatements(backend: BackendDeclaration, seed: Seed): Promise<Statement[]> {
  // A table of the seed may be no resource.
  const all = new Set([...backend.resources, ...seed.rows].map(({ table }) => table))
  const tables = Object.fromEntries([...all].map((table, index) => [`t${index}`, table]))
  const wanted = await generateSQLiteDrizzleJson({ ...authTables, ...ledgerTables, ...tables })
  const made = await generateSQLiteMigration(await generateSQLiteDrizzleJson({}), wanted)
  const search = declaredSearch(backend).flatMap(createStatements)
  return [...made, ...search].map((sql) => ({ sql, args: [] }))
}

const atOnce = 50
const builder = drizzle(async () => ({ rows: [] }))

function inserts(table: SQLiteTable, rows: readonly Readonly<Record<string, unknown>>[]): Statement[] {
  const statements: Statement[] = []
  for (let start = 0; start < rows.length; start += atOnce) {
    const { sql, params } = builder
      .insert(table)
      .values(rows.slice(start, start + atOnce))
      .toSQL()
    statements.push({ sql, args: params.map(toValue) })
  }
  return statements
}
