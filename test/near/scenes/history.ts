import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { postId } from '../backend/seed.ts'
import type { Asker, Centre } from '../harness/centre.ts'

const isolates = ['a', 'b', 'c', 'd'] as const
const clients = ['ada', 'bob', 'staff', 'admin', 'anon', 'anon', 'anon', 'anon'] as const

/** Many clients at once, each of which writes, and reads its write anywhere, while the replica stops and goes. */
export function histories(centre: () => Centre): void {
  test('whatever eight clients do at once, each sees what it wrote, and never less than before', async () => {
    const { ask, nodes } = centre()
    const faults: string[] = []
    let running = true
    const stopAndGo = async () => {
      for (let paused = false; running; paused = !paused) {
        for (const { link } of nodes.replicas) paused ? link.resume() : link.pause()
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 120))
      }
      for (const { link } of nodes.replicas) link.resume()
    }
    const client = async (as: Asker, number: number) => {
      let bookmark: string | null = null
      let mine = 0
      for (let round = 0; round < 6; round += 1) {
        const text = `${randomUUID()}`
        // Those who have a session show no bookmark.
        const shown = (): Record<string, string> =>
          as === 'anon' && bookmark !== null ? { 'selvage-bookmark': bookmark } : {}
        const here = isolates[Math.floor(Math.random() * isolates.length)] ?? 'a'
        const body = { post_id: postId(1), text: `client ${number} ${text}` }
        const written = await ask('/rest/v1/replies', { as, in: here, body, headers: shown() })
        if (written.status !== 201) faults.push(`${number}: ${written.status} ${written.text}`)
        bookmark = written.bookmark
        mine += 1
        for (const url of [
          '/rest/v1/replies?select=text',
          `/rest/v1/replies?text=like.client ${number} *&select=text`,
        ]) {
          const there = isolates[Math.floor(Math.random() * isolates.length)] ?? 'a'
          const read = await ask(url, { as, in: there, headers: shown() })
          const seen = read.text.split(`client ${number} `).length - 1
          if (seen < mine)
            faults.push(`${number} as ${as}, ${here} → ${there}: ${seen} of ${mine}, ${read.cache}`)
        }
      }
    }
    const going = stopAndGo()
    await Promise.all(clients.map(client))
    running = false
    await going
    expect(faults).toEqual([])
  }, 60_000)
}
