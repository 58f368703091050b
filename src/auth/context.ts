import type { Context } from 'hono'
import type { Clock } from '../base/clock.ts'
import type { Bindings, Settings } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Database } from '../database/client.ts'
import type { BackendDeclaration } from '../declare/backend.ts'
import type { Mail } from '../mail/mail.ts'
import type { Caller } from '../model/caller/caller.ts'
import type { Model } from '../model/model.ts'
import type { SessionLimits } from './session/limits.ts'
import type { Throttles } from './throttle/rooms.ts'
import type { SigningKeys } from './token/keys.ts'

/** What the middleware in front of `authRoutes` has set on Hono's context. */
export interface AuthEnv {
  Variables: {
    readonly timing: Timing
    readonly requestId: string
    readonly database: Database
    readonly server: AuthServer
    /** Of routes that do not stand open: `authRoutes` sets it. */
    caller: Caller
    /** Of a session that an action begins, or goes on with: it sets it. */
    sessionId: string
  }
}

export interface AuthServer {
  readonly settings: Settings
  /** For features, each of which knows its own. */
  readonly bindings: Bindings
  readonly keys: SigningKeys
  readonly clock: Clock
  readonly backend: BackendDeclaration
  readonly model: Model
  readonly sessionLimits: SessionLimits
  /** Null where no mail can be sent. */
  readonly mail: Mail | null
  readonly throttles: Throttles
}

export type AuthContext = Context<AuthEnv>

/** What a route does. */
export type Action = (context: AuthContext) => Response | Promise<Response>
