import { and, eq, exists, gt, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import { QueryBuilder } from 'drizzle-orm/sqlite-core'
import { callerValue } from '../model/caller/value.ts'
import { authSessions } from './tables/sessions.ts'
import { authUsers } from './tables/users.ts'

/**
 * Whether the session of the caller's token still stands: it is there, nobody ended it, it has not run out,
 * it is this user's, the user is not banned, and has the role that the token says.
 *
 * It goes into every statement that answers a user, so that a token dies with its session at no trip. Two
 * look-ups by primary key, once a statement: it does not depend on the row.
 */
export const admission: SQL = exists(
  new QueryBuilder()
    .select({ one: sql`1` })
    .from(authSessions)
    .innerJoin(authUsers, eq(authUsers.id, authSessions.user_id))
    .where(
      and(
        eq(authSessions.id, callerValue('sessionId')),
        eq(authSessions.user_id, callerValue('id')),
        isNull(authSessions.revoked_at),
        gt(authSessions.expires_at, callerValue('nowMilliseconds')),
        eq(authUsers.role, callerValue('role')),
        or(isNull(authUsers.banned_until), lte(authUsers.banned_until, callerValue('nowMilliseconds'))),
      ),
    ),
)

/** A row if the session stands, else none. */
export const readAdmitted: SQL = sql`select 1 where ${admission}`
