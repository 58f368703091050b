/** All links of the world, and its KV, in a process of their own: their event loop must not wait for another's. */
import { type KvServer, serveKv } from '../kv/server.ts'
import { kvWorld } from '../kv/world.ts'
import { randomOf } from '../random.ts'
import { startClock } from './clock.ts'
import { type Link, openLink } from './link.ts'
import type { NetworkAnswer, NetworkOrder, NumberedOrder } from './orders.ts'

const seed = Number(process.argv[2])
const clock = await startClock()
const links = new Map<number, Link>()
let kv: KvServer | null = null

process.on('message', ({ number, order }: NumberedOrder) => {
  obey(order).then(
    (port) => answer({ number, port }),
    (error: unknown) => answer({ number, reason: error instanceof Error ? error.message : String(error) }),
  )
})
// A world that is gone needs no ways.
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches all; the process that started this one ends it when it is done with it.
process.on('SIGINT', () => {})

function answer(message: NetworkAnswer): void {
  process.send?.(message)
}

async function obey(order: NetworkOrder): Promise<number> {
  switch (order.kind) {
    case 'open': {
      const random = randomOf(seed + links.size)
      const link = await openLink({ target: order.target, conditions: order.conditions, clock, random })
      links.set(link.port, link)
      return link.port
    }
    case 'set':
      linkAt(order.port).set(order.conditions)
      return 0
    case 'close':
      await linkAt(order.port).close()
      links.delete(order.port)
      return 0
    case 'kv': {
      await kv?.close()
      const world = kvWorld({ now: () => clock.now(), scale: order.scale })
      const views = order.places.map(([place, trip]) => [place, world.viewOf(place, trip)] as const)
      kv = await serveKv(new Map(views), clock)
      return kv.port
    }
    case 'mood':
      kv?.behave(order.mood)
      return 0
  }
}

function linkAt(port: number): Link {
  const link = links.get(port)
  if (link === undefined) throw new RangeError(`no link is entered at port ${port}`)
  return link
}
