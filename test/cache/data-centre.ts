import { afterAll, beforeAll, beforeEach } from 'vitest'
import { edgeTier } from '../../src/cache/tier/edge.ts'
import type { Tier } from '../../src/cache/tier/tier.ts'
import { stored, versionsAt } from './fixture.ts'
import { type Isolate, isolateOf, queryAt, watched } from './isolate.ts'
import { type Platform, protectionFor, startPlatform } from './platform.ts'

/** The data centre of the tests of one file, each of which has a realm and a key of its own there. */
export interface TestCentre {
  readonly platform: Platform
  readonly near: ReturnType<typeof watched>
  readonly names: { readonly realm: string; readonly key: string }
  /** One more isolate of it. */
  isolate(tiers?: { readonly dataCentre?: Tier | null; readonly world?: Tier | null }): Isolate
  at(seconds: number, neededTick?: number): ReturnType<typeof queryAt>
}

export function startCentre(): TestCentre {
  let platform: Platform
  let near: TestCentre['near']
  let number = 0
  const names = () => ({ realm: `realm ${number}`, key: `key ${number}` })
  beforeAll(async () => {
    platform = await startPlatform()
  })
  afterAll(() => platform.stop())
  beforeEach(() => {
    near = watched(edgeTier(platform.cache, protectionFor()))
    number += 1
  })
  return {
    get platform() {
      return platform
    },
    get near() {
      return near
    },
    get names() {
      return names()
    },
    isolate: (tiers = {}) => isolateOf({ dataCentre: near, world: null, ...tiers }, names()),
    at: (seconds, neededTick = 0) => queryAt(seconds, names().realm, { neededTick }),
  }
}

/** That the table `orders` has a version. */
export const orders = (tick: number, version: number) => versionsAt(tick, { orders: version })

/** So many seconds after entries were stored. */
export const moment = (seconds: number): number => stored + seconds * 1000
