import { Problem } from '../../base/problem.ts'
import { type Result, type Statement, textOf } from '../../base/statement.ts'
import { SqlError } from '../../database/hrana/outcome.ts'
import type { NewUser } from '../../declare/backend.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { insertAwaited, profileTables } from './profile.ts'

/** A transaction in which the address of somebody may be confirmed for the first time. */
export interface Confirmation {
  readonly before: readonly Statement[]
  /** Whose address it is, when `before` is done: a condition over `auth_users`. */
  readonly whose: Condition
  /** The same user as they will be then, asked when nothing is done: as `lookAtAwaiting` makes it. */
  readonly look: Statement
  readonly after: readonly Statement[]
  /** What `before` writes of a new user's profile: as `profileTables` says it. */
  readonly touched?: readonly string[]
}

/**
 * Runs it, and makes the profile that waited for it, between `before` and `after`. The author's values are made here and not
 * by SQL, from what is known in the database alone. So a transaction that finds somebody without a profile is undone and
 * tells who it is, and is sent again with the profile: one trip, two once in the life of an account, and another one for a
 * profile that is refused where there is a second to try.
 * @returns the results of `before` and `after`
 * @throws Problem validation_failed where the table refuses the profile: then nothing was confirmed, and what was brought is
 *   still good; conflict
 */
export async function confirm(
  context: AuthContext,
  { before, whose, look, after, touched = [] }: Confirmation,
): Promise<readonly Result[]> {
  const server = context.get('server')
  const { backend } = server
  const timing = context.get('timing')
  const database = context.get('database')
  if (backend.profile === undefined) return database.transact([...before, ...after], timing)
  const send = async (profile: readonly Statement[]) => {
    const at = before.length + profile.length
    const statements = [...before, ...profile, demandProfile(whose), ...after]
    const sent = await database.transactUnless({ at, otherwise: look }, statements, timing, {
      touched: profile.length === 0 ? touched : profileTables(server),
    })
    return 'results' in sent
      ? [...sent.results.slice(0, before.length), ...sent.results.slice(at + 1)]
      : awaitingIn(sent.otherwise)
  }
  const first = await send([])
  if (!('id' in first)) return first
  for (const data of first.data) {
    try {
      const done = await send(insertAwaited(backend, { id: first.id, email: first.email, data }))
      if (!('id' in done)) return done
      // Somebody else came to be who it is about.
      throw new Problem('conflict')
    } catch (error) {
      if (!isOfProfile(error, before.length)) throw error
    }
  }
  throw new Problem('validation_failed', { message })
}

interface Awaiting extends Omit<NewUser, 'data'> {
  /** What it may be made of: the second where the table refuses the first, and so on. */
  readonly data: readonly NewUser['data'][]
}

/** Whose row it was that has these values is not to be known, nor which values. */
const message =
  'No profile can be made of what was given with this sign-up: sign up with something else, or ask for a link to sign in.'

/**
 * Who it is that awaits a profile, and what it is made of.
 * @param data a JSON list in SQL: `Awaiting.data`
 * @param from what stands behind `from`, with `auth_users` among it
 */
export function lookAtAwaiting(
  data: Condition,
  from: Condition,
  email: Condition = { sql: 'auth_users.email', args: [] },
): Statement {
  return {
    sql: `select json_object('id', auth_users.id, 'email', ${email.sql}, 'data', json(${data.sql})) from ${from.sql}`,
    args: [...email.args, ...data.args, ...from.args],
  }
}

/** Undoes the transaction. CASE comes to the path, which is none, only when it must. */
function demandProfile(whose: Condition): Statement {
  return {
    sql: `select case when auth_users.awaits_profile then json_extract('{}', 'a profile is awaited') end
  from auth_users where ${whose.sql}`,
    args: whose.args,
  }
}

/** @throws Problem conflict where there is nobody any more */
function awaitingIn(result: Result): Awaiting {
  const json = textOf(result.rows[0]?.[0])
  if (json === null) throw new Problem('conflict')
  return JSON.parse(json)
}

function isOfProfile(error: unknown, at: number): boolean {
  return error instanceof SqlError && error.code.startsWith('SQLITE_CONSTRAINT') && error.statement === at
}
