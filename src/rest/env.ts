import type { SQL } from 'drizzle-orm'
import type { Clock } from '../base/clock.ts'
import type { Limits } from '../base/limits.ts'
import type { Settings } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Shelves } from '../engine/keep/fill.ts'
import type { CacheStatus } from '../engine/keep/kept.ts'
import type { Plans } from '../engine/plans.ts'
import type { ReadContext } from '../engine/read.ts'
import type { RunningKeys } from '../engine/write/running.ts'
import type { Caller } from '../model/caller/caller.ts'
import type { Model } from '../model/model.ts'

/** What the middleware in front of `restRoutes` has set on Hono's context. */
export interface RestEnv {
  Variables: {
    readonly timing: Timing
    readonly requestId: string
    readonly database: ReadContext['database']
    readonly shards: ReadContext['shards']
    readonly caller: Caller
    readonly server: RestServer
    /** What a cache did for the answer: a read of what is kept sets it. */
    cacheStatus: CacheStatus | undefined
  }
}

export interface RestServer extends Shelves {
  readonly settings: Settings
  readonly model: Model
  readonly admission: SQL
  readonly plans: Plans
  readonly running: RunningKeys
  readonly clock: Clock
  readonly limits: Limits
}
