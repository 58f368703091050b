import { expect, test } from 'vitest'
import { chart } from '../../../bench/world/report/chart.ts'
import { downFrom, options, played } from './played.ts'

test('the chart is well-formed, and has each city and each contender', () => {
  const one = played([
    ...downFrom(100).map((milliseconds) => ({ kind: 'page' as const, milliseconds })),
    ...[2, 3, 5_000].map((milliseconds) => ({ kind: 'write' as const, city: 'Tokyo', milliseconds })),
  ])
  const svg = chart([one, { ...one, name: 'central server' }], options.cities)
  const elements = elementsOf(svg)
  expect(elements[0]).toBe('svg')
  const named = ['Virginia', 'Tokyo', 'all', 'selvage', 'central server', 'public reads, ms', 'sign-in, ms']
  for (const words of named) expect(svg.split(`>${words}</text>`), words).toHaveLength(2)
  // Of what nobody asked for there is none.
  expect(elements.filter((name) => name === 'g')).toHaveLength(8)
  const marks = [...svg.matchAll(/<g><title>([^<]*)<\/title>(.*)<\/g>/g)].map(
    ([, told = '', drawn = '']) => ({
      ...{ told, ends: [...drawn.matchAll(/x2="([^"]*)"/g)].map(([, x]) => Number(x)) },
      from: Number(/cx="([^"]*)"/.exec(drawn)?.[1]),
    }),
  )
  const of = (told: string) => marks.find((mark) => mark.told === told) ?? { ends: [], from: Number.NaN }
  const reads = of('public reads, Virginia, selvage: p50 50 ms, p95 95 ms, p99 99 ms of 100')
  const [p99 = 0, p95 = 0] = reads.ends
  expect([reads.from, p95, p99]).toEqual([reads.from, p95, p99].toSorted((a, b) => a - b))
  expect(p99).toBeGreaterThan(reads.from)
  const few = of('writes, Tokyo, central server: p50 3.0 ms, p95 max 5000 ms, p99 max 5000 ms of 3')
  expect(few.ends).toHaveLength(1)
  const places = [...svg.matchAll(/ (?:x|cx|x1|x2)="([^"]*)"/g)].map(([, x]) => Number(x))
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1])
  expect(places.every((x) => x >= 0 && x <= width)).toBe(true)
})

test('a chart of nothing is one, too', () => {
  expect(elementsOf(chart([], []))[0]).toBe('svg')
})

/** Names of elements in the order in which they begin. @throws Error for what is not well-formed (XML 1.0 §2.1) */
function elementsOf(svg: string): readonly string[] {
  const [open, all]: [string[], string[]] = [[], []]
  for (const piece of svg.trim().split(/(?=<)/)) {
    const found = /^<(\/?)([a-z]+)((?: [A-Za-z0-9-]+="[^"<>&]*")*)(\/?)>([^<>&]*)$/.exec(piece)
    if (found === null) throw new Error(`no tag: ${piece}`)
    const [, ending, name = '', , empty, text] = found
    if (ending === '') {
      if (open.length === 0 && all.length > 0) throw new Error(`${name} stands behind the end`)
      all.push(name)
      open.push(name)
    }
    if ((ending !== '' || empty !== '') && open.pop() !== name) throw new Error(`${name} is not open`)
    if (open.length === 0 && text !== '') throw new Error(`${text} stands behind the end`)
  }
  if (open.length > 0) throw new Error(`${open.join(', ')} do not end`)
  return all
}
