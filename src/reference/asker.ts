import type { Context } from 'hono'
import { readAdmitted } from '../auth/admission.ts'
import { identify } from '../auth/caller.ts'
import type { SigningKeys } from '../auth/token/keys.ts'
import type { Clock } from '../base/clock.ts'
import type { Limits } from '../base/limits.ts'
import type { Settings } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Database } from '../database/client.ts'
import { sessionOver } from '../engine/read.ts'
import { translated } from '../engine/sql-error.ts'
import { type Audience, audienceOf } from '../model/caller/audience.ts'
import { anonymous, type Caller, callerValues } from '../model/caller/caller.ts'
import { toStatement } from '../model/expression.ts'
import type { Model } from '../model/model.ts'

/** What the middleware in front of `referenceRoutes` has set on Hono's context. */
export interface ReferenceEnv {
  Variables: {
    readonly timing: Timing
    readonly database: Database
    /** Under `/rest`, where a caller is never optional. */
    readonly caller?: Caller
    readonly server: ReferenceServer
  }
}

export interface ReferenceServer {
  readonly settings: Settings
  readonly keys: SigningKeys
  readonly model: Model
  readonly clock: Clock
  readonly limits: Limits
}

/**
 * For whom the reference is to be written. Without any credentials: for anonymous, as a browser that opens the page.
 * One trip for a user, none for the others.
 * @throws Problem as `identify`; PGRST303 when the session is over: who lost a role must not read on as its bearer
 */
export async function askingAudience(context: Context<ReferenceEnv>): Promise<Audience> {
  const [server, database, timing] = [context.get('server'), context.get('database'), context.get('timing')]
  const caller = await callerOf(context)
  timing.mark('parse')
  if (caller.kind === 'user') {
    const statement = toStatement(readAdmitted(), callerValues(caller, server.clock.nowMilliseconds()))
    const { rows } = await translated(() => database.run(statement, timing, 'strong'))
    timing.mark('db')
    if (rows.length !== 1) throw sessionOver()
  }
  return audienceOf(server.model.roles, caller)
}

async function callerOf(context: Context<ReferenceEnv>): Promise<Caller> {
  const caller = context.get('caller')
  if (caller !== undefined) return caller
  const { headers } = context.req.raw
  if (!headers.has('apikey') && !headers.has('authorization')) return anonymous
  const server = context.get('server')
  return identify(headers, server.settings, server.keys, server.clock)
}
