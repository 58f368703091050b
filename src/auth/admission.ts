import { and, eq, exists, gt, gte, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import { QueryBuilder } from 'drizzle-orm/sqlite-core'
import { once } from '../base/memory/once.ts'
import { callerValue } from '../model/caller/value.ts'
import { authSessions } from './tables/sessions.ts'
import { authUsers } from './tables/users.ts'

/**
 * Whether the session of the caller's token still stands, and the token says of it and of the user what is so: it is
 * there, nobody ended it, it has not run out, it is this user's, who is not banned, and has the role and the rights
 * that the token says; and the session is as well assured as the token says.
 */
const stands = once(() =>
  and(
    eq(authSessions.id, callerValue('sessionId')),
    eq(authSessions.user_id, callerValue('id')),
    isNull(authSessions.revoked_at),
    gt(authSessions.expires_at, callerValue('nowMilliseconds')),
    gte(authSessions.aal, callerValue('aal')),
    eq(authUsers.role, callerValue('role')),
    eq(authUsers.authority, callerValue('authority')),
    or(isNull(authUsers.banned_until), lte(authUsers.banned_until, callerValue('nowMilliseconds'))),
  ),
)

const sessionOfCaller = (condition: SQL | undefined): SQL =>
  exists(
    new QueryBuilder()
      .select({ one: sql`1` })
      .from(authSessions)
      .innerJoin(authUsers, eq(authUsers.id, authSessions.user_id))
      .where(condition),
  )

/** Whether the session of the token stands, whoever holds the token, and whatever they have yet to show. */
export const sessionStands: () => SQL = once(() => sessionOfCaller(stands()))

/** No app holds the token: what it may do with data for a user is not to decide over the account (RFC 9700 §2.3). */
const own = once(() => and(stands(), isNull(authSessions.app_id)))

/** For what somebody may do who has yet to show a second factor: sign-in itself, and nothing else. */
export const standing: () => SQL = once(() => sessionOfCaller(own()))

/**
 * Whether the caller is admitted to data: the session stands, and a user who has a second factor has shown it.
 *
 * It goes into every statement that answers a user, so that a token dies with its session at no trip. Two
 * look-ups by primary key, once a statement: it does not depend on the row.
 */
export const admission: () => SQL = once(() =>
  sessionOfCaller(and(stands(), lte(authUsers.least_aal, callerValue('aal')))),
)

/** For what decides over the account, such as which app acts for it: the user alone, with every factor that they have. */
export const entrusting: () => SQL = once(() =>
  sessionOfCaller(and(own(), lte(authUsers.least_aal, callerValue('aal')))),
)

/** A row if the caller is admitted, else none. */
export const readAdmitted: () => SQL = once(() => sql`select 1 where ${admission()}`)

/** A row if the session stands, else none. */
export const readStanding: () => SQL = once(() => sql`select 1 where ${standing()}`)
