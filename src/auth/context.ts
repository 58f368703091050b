import type { Context } from 'hono'
import type { Clock } from '../base/clock.ts'
import type { Settings } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Database } from '../database/client.ts'
import type { BackendDeclaration } from '../declare/backend.ts'
import type { Caller } from '../model/caller/caller.ts'
import type { Model } from '../model/model.ts'
import type { SigningKeys } from './token/keys.ts'

/** What the middleware in front of `authRoutes` has set on Hono's context. */
export interface AuthEnv {
  Variables: {
    readonly timing: Timing
    readonly database: Database
    /** From `identify`. Only `user` and `logout` read it. */
    readonly caller: Caller
    readonly server: AuthServer
    /** Of a session that an action begins, or goes on with: it sets it. */
    sessionId: string
  }
}

export interface AuthServer {
  readonly settings: Settings
  readonly keys: SigningKeys
  readonly clock: Clock
  readonly backend: BackendDeclaration
  readonly model: Model
}

export type AuthContext = Context<AuthEnv>
