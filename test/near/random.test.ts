/**
 * Random writes against what is kept of a replica that lags, by isolates that keep their streams open. Otherwise as in
 * `test/engine/keep/parts/random`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { playAgain } from '../engine/keep/parts/random/play.ts'
import { type Stage, stageOf } from '../engine/keep/parts/random/stage.ts'
import { declared } from '../engine/keep/parts/random/tables.ts'
import { type KeptWorld, startKept } from '../engine/keep/world.ts'
import { startNodes } from '../harness/nodes.ts'
import { seconds } from '../property/run.ts'

let world: KeptWorld
let stage: Stage
beforeAll(async () => {
  const nodes = await startNodes(1)
  const { primary, replicas } = nodes
  world = await startKept(declared, { url: primary.sqld.url, stop: () => nodes.stop() })
  const [replica] = replicas
  if (replica === undefined) throw new RangeError('there is one')
  const list = [{ name: 'tokyo', url: replica.sqld.url, place: [35.7, 139.7] }]
  const bindings = { DATABASE_REPLICAS: JSON.stringify(list), DATABASE_STREAMS: '2' }
  stage = await stageOf(world, { bindings, lag: replica.link })
}, 60_000)
afterAll(() => world.stop())

test(
  'what is kept of a replica is as new as the last write',
  async () => {
    const { old } = await playAgain(stage, 5)
    expect(old).toBeGreaterThan(0)
  },
  (seconds ?? 0) * 1000 + 60_000,
)
