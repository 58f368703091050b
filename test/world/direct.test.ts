import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'

interface Run {
  readonly code: number
  readonly told: string
}

function world(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const command = ['bench/world/run.ts', '--direct', '--requests', '1500', '--products', '60', ...args]
    execFile(process.execPath, command, { maxBuffer: 1e7 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), told: `${stdout}\n${stderr}` }),
    )
  })
}

const staleOwn = /shown something older than its own write +(\d+)/

test('the world finds nothing wrong with the Worker as it is', async () => {
  const { code, told } = await world('--seed', '11')
  expect([code, staleOwn.exec(told)?.[1]], told).toEqual([0, '0'])
}, 180_000)

test('and one that was told once what was so before an own write', async () => {
  const { code, told } = await world('--seed', '12', '--worker', 'test/world/stale-once.ts')
  expect(code, told).toBe(1)
  expect(Number(staleOwn.exec(told)?.[1])).toBeGreaterThan(0)
}, 180_000)
