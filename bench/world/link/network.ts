import { fork } from 'node:child_process'
import { join } from 'node:path'
import { adopt } from '../../build/children.ts'
import type { KvMood } from '../kv/server.ts'
import type { Conditions } from './conditions.ts'
import type { NetworkAnswer, NetworkOrder, NumberedOrder } from './orders.ts'

/** All ways of the world, and its KV; they lie in a process of their own (process.ts). */
export interface Network {
  /** @returns where the new way is entered: a TCP port on 127.0.0.1 */
  open(target: number, conditions: Conditions): Promise<number>
  /** Of the way that is entered at `port`. */
  set(port: number, conditions: Partial<Conditions>): Promise<void>
  close(port: number): Promise<void>
  /** An empty KV. @returns the port of kv/server.ts */
  startKv(places: readonly (readonly [name: string, roundTrip: number])[], scale: number): Promise<number>
  setKv(mood: KvMood): Promise<void>
}

export function startNetwork(seed: number): Network {
  const child = adopt(fork(join(import.meta.dirname, 'process.ts'), [String(seed)]))
  const waiting = new Map<number, { resolve(port: number): void; reject(error: Error): void }>()
  let number = 0
  child.on('message', (answer: NetworkAnswer) => {
    const asker = waiting.get(answer.number)
    waiting.delete(answer.number)
    if ('port' in answer) asker?.resolve(answer.port)
    else asker?.reject(new Error(answer.reason))
  })
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the network has ended'))
    waiting.clear()
  })
  const ask = (order: NetworkOrder): Promise<number> =>
    new Promise((resolve, reject) => {
      number += 1
      waiting.set(number, { resolve, reject })
      child.send({ number, order } satisfies NumberedOrder)
    })
  const tell = async (order: NetworkOrder): Promise<void> => {
    await ask(order)
  }
  return {
    open: (target, conditions) => ask({ kind: 'open', target, conditions }),
    set: (port, conditions) => tell({ kind: 'set', port, conditions }),
    close: (port) => tell({ kind: 'close', port }),
    startKv: (places, scale) => ask({ kind: 'kv', places, scale }),
    setKv: (mood) => tell({ kind: 'mood', mood }),
  }
}
