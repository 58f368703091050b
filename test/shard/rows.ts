import type { World } from './world.ts'
import { people } from './world.ts'

/** Values at which orders of JavaScript and of SQLite differ, with many that are equal. Each is JSON text. */
const values = {
  status: ['"draft"', '"paid"', '"Paid"', '"p"', '""', 'null'],
  // By UTF-16 the first comes before the second, by UTF-8 behind it.
  note: ['"\\ud83d\\ude00"', '"\\uff5e"', '"é"', '"e\\u0301"', '"Z"', '"a"', '"a,\\"b\\nc"', 'null'],
  total: [
    '9007199254740993',
    '9007199254740992',
    '-9223372036854775808',
    '9223372036854775807',
    '0',
    '-1',
    'null',
  ],
  weight: ['0.1', '0.30000000000000004', '1e300', '-5e-324', '9007199254740992', '2', 'null'],
  amount: ['9007199254740993', '9007199254740992.0', '1', '0.5', '-3', 'null'],
  paid: ['true', 'false', 'null'],
  at: ['"2026-01-31T12:00:00.001Z"', '"1969-12-31T23:59:59Z"', 'null'],
  data: ['{"n":1}', '{"n":1.5}', '{"n":"1"}', '{"n":9007199254740993}', '{"n":null}', '[]', 'null'],
  tag: ['"AAE="', '"AA=="', '"/w=="', '""', 'null'],
} as const

/** Rows in both worlds, the same ones (any number each that 13 does not divide): of each user some orders with some items, and readings of some devices. */
export async function fill(world: World, ordersEach: number): Promise<void> {
  let seed = 1
  const next = (below: number): number => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  for (const user of people) {
    const rows = Array.from({ length: ordersEach }, (_, index) => {
      const members = Object.entries(values).map(
        ([name, list]) => `"${name}":${list[next(list.length)] ?? 'null'}`,
      )
      const made = '"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"'
      return `{"user_id":"${user}","id":"order-${(index * 13) % ordersEach}",${made},${members.join(',')}}`
    })
    const items = Array.from({ length: ordersEach }, (_, index) => {
      const id = `order-${next(ordersEach)}`
      return `{"user_id":"${user}","order_id":"${id}","line":${index},"name":${index % 3 === 0 ? 'null' : `"item ${index % 5}"`}}`
    })
    await post(world, 'orders', rows)
    await post(world, 'order_items', items)
  }
  for (let device = -3; device < 6; device += 1) {
    const rows = Array.from(
      { length: 5 },
      (_, at) => `{"device":${device},"at":${at},"value":${next(3) === 0 ? 'null' : next(4) / 2}}`,
    )
    await post(world, 'readings', rows)
  }
}

async function post(world: World, resource: string, rows: readonly string[]): Promise<void> {
  for (const which of ['single', 'sharded'] as const) {
    const body = `[${rows.join(',')}]`
    const { status, text } = await world.ask(which, resource, { method: 'POST', as: 'service', body })
    if (status !== 201) throw new Error(`${which} ${resource}: ${status} ${text}`)
  }
}
