import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { type ViolationKind, violationKinds } from '../../bench/world/check/violations.ts'

interface Run {
  readonly code: number
  /** How often each was found, as the table says. */
  readonly found: Readonly<Record<ViolationKind, number>>
  readonly told: string
}

function world(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const command = ['bench/world/run.ts', '--direct', '--requests', '1500', '--products', '60', ...args]
    execFile(process.execPath, command, { maxBuffer: 1e7 }, (error, stdout, stderr) => {
      const counts = Object.entries(violationKinds).map(([kind, title]) => [
        kind,
        Number(new RegExp(`${title} +(\\d+)`).exec(stdout)?.[1]),
      ])
      resolve({
        code: Number(error?.code ?? 0),
        found: Object.fromEntries(counts),
        told: `${stdout}\n${stderr}`,
      })
    })
  })
}

/** A Worker of planted/, where all ask for few products that change often, in one place: what is planted is soon met. */
const mistaken = (name: string): readonly string[] => [
  ...['--worker', `test/world/planted/${name}.ts`],
  ...['--cities', 'Virginia', '--products', '20', '--zipf', '2.5', '--product-writes', '0.5'],
]
const none = Object.fromEntries(Object.keys(violationKinds).map((kind) => [kind, 0]))
const some = expect.toSatisfy((count: unknown) => Number(count) > 0, 'more than 0')

test('the world finds nothing wrong with the Worker as it is', async () => {
  const { code, found, told } = await world('--seed', '11')
  expect(found, told).toEqual(none)
  expect(code, told).toBe(0)
}, 180_000)

test('and each mistake of one that makes them once', async () => {
  const { code, found, told } = await world('--seed', '12', ...mistaken('mistaken'))
  expect(found, told).toEqual({
    ...none,
    ...{ 'own write': some, 'went back': some, nowhere: some, leak: some, twice: some },
  })
  expect(code, told).toBe(1)
}, 180_000)

test('a lost write is found on the nodes at the end, and a strong read that was none', async () => {
  const { code, found, told } = await world('--seed', '13', '--requests', '2500', ...mistaken('forgetful'))
  expect(found, told).toMatchObject({ 'lost write': some, strong: some, nowhere: 0, leak: 0, twice: 0 })
  expect(code, told).toBe(1)
}, 180_000)
