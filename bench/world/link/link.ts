import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Random } from '../random.ts'
import type { Clock } from './clock.ts'
import { type Conditions, delayOf } from './conditions.ts'

/**
 * A way between two places, as a TCP proxy on loopback: each piece of what is sent arrives half a round trip later, in
 * order. Nothing is taken for opening a connection: those who use a link keep their connections.
 */
export interface Link {
  /** TCP port on 127.0.0.1 where it is entered. */
  readonly port: number
  /** From now on; what is on its way stays as it was sent, but does not arrive while the way is cut. */
  set(conditions: Partial<Conditions>): void
  /** Ends all connections that pass through it. */
  close(): Promise<void>
}

export interface LinkOptions {
  /** TCP port on 127.0.0.1 where it leads. */
  readonly target: number
  readonly conditions: Conditions
  readonly clock: Clock
  readonly random: Random
  /** A connection that has waited so long for a way that is cut is reset. Default 15,000. */
  readonly patienceMilliseconds?: number
}

export async function openLink(options: LinkOptions): Promise<Link> {
  const lanes = new Set<Lane>()
  let conditions = options.conditions
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ port: options.target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const lane = openLane(from, to, () => conditions, options)
      lanes.add(lane)
      from.once('close', () => lanes.delete(lane))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    set(changes) {
      const wasCut = conditions.partitioned
      conditions = { ...conditions, ...changes }
      if (wasCut && !conditions.partitioned) for (const lane of lanes) lane.release()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const lane of lanes) lane.cut()
      await closed
    },
  }
}

/** One direction of one connection. */
interface Lane {
  /** What was held back while the way was cut goes on. */
  release(): void
  cut(): void
}

function openLane(
  from: Socket,
  to: Socket,
  conditions: () => Conditions,
  { clock, random, patienceMilliseconds = 15_000 }: LinkOptions,
): Lane {
  const held: (() => void)[] = []
  let last = 0
  let patience: NodeJS.Timeout | null = null
  const cut = () => {
    from.destroy()
    to.destroy()
  }
  const arrive = (act: () => void) => {
    if (!conditions().partitioned) {
      act()
      return
    }
    held.push(act)
    patience ??= setTimeout(cut, patienceMilliseconds)
  }
  const send = (act: () => void) => {
    // In order: what is sent after a message that was lost waits for it.
    last = Math.max(last, clock.now() + delayOf(conditions(), random))
    clock.at(last, () => arrive(act))
  }
  from.on('data', (piece) => send(() => to.write(piece)))
  from.once('end', () => send(() => to.end()))
  // A reset, also that of a place where nobody listens: the other end learns of it as late as of all else.
  from.on('error', () => send(() => to.destroy()))
  from.once('close', () => {
    if (patience !== null) clearTimeout(patience)
    if (!from.readableEnded) send(() => to.destroy())
  })
  return {
    release() {
      if (patience !== null) clearTimeout(patience)
      patience = null
      for (const act of held.splice(0)) act()
    },
    cut,
  }
}
