/**
 * Random writes against kept answers: who brings the bookmark of the last write, or wrote it, is answered as if nothing
 * were kept. Runs are the same every time: `PROPERTY_SEED=n PROPERTY_PATH=…` repeats a failure, as its message says. A
 * long soak with fresh seeds:
 *
 *     PROPERTY_SECONDS=600 npx vitest run --project node test/engine/keep/parts/random
 */
import { afterAll, beforeAll, test } from 'vitest'
import { seconds } from '../../../../property/run.ts'
import { type KeptWorld, startKept } from '../../world.ts'
import { playAgain } from './play.ts'
import { type Stage, stageOf } from './stage.ts'
import { declared } from './tables.ts'

let world: KeptWorld
let stage: Stage
beforeAll(async () => {
  world = await startKept(declared)
  stage = await stageOf(world)
}, 60_000)
afterAll(() => world.stop())

test(
  'what is kept is as new as the last write',
  async () => {
    await playAgain(stage, 10)
  },
  (seconds ?? 0) * 1000 + 60_000,
)
