import { afterAll, beforeAll } from 'vitest'
import { type Centre, startCentre } from './harness/centre.ts'
import { bookmarks } from './scenes/bookmark.ts'
import { failures } from './scenes/failure/failure.ts'
import { outages } from './scenes/failure/outage.ts'
import { headers } from './scenes/headers.ts'
import { histories } from './scenes/history.ts'
import { keepable } from './scenes/keepable.ts'
import { leaks } from './scenes/leak.ts'
import { meanwhile } from './scenes/meanwhile.ts'
import { ownWrites } from './scenes/own.ts'
import { trips } from './scenes/trips.ts'
import { writes } from './scenes/write.ts'

/** One data centre for all scenes, for to start one takes longer than a scene: each has rows of its own. */
let centre: Centre

beforeAll(async () => {
  centre = await startCentre({ replicas: 1 })
}, 60_000)
afterAll(() => centre.stop())

const started = (): Centre => centre

headers(started)
bookmarks(started)
keepable(started)
trips(started)
leaks(started)
ownWrites(started)
meanwhile(started)
writes(started)
histories(started)
failures(started)
outages(started)
