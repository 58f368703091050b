import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { instanceFolder, type Place, readInstance } from '../../src/cli/local/instance.ts'
import { markedProcesses } from '../../src/cli/local/process.ts'
import { freePort } from '../../src/cli/sqld.ts'
import { readStatus } from '../../src/cli/status.ts'

const root = resolve(import.meta.dirname, '../..')
let place: Place
beforeAll(async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'selvage-dev-'))
  place = { backendFolder: join(root, 'src/backend'), dataFolder, secretsFile: join(dataFolder, '.dev.vars') }
})
afterAll(() => rm(place.dataFolder, { recursive: true, force: true, maxRetries: 10 }))

interface Child {
  readonly process: ChildProcess
  /** All that it said so far. */
  said(): string
  /** Resolves when it is ready, or has ended. */
  readonly ready: Promise<void>
  /** Its exit status; null if a signal ended it. */
  readonly exit: Promise<number | null>
}

/** `npm run dev` with a data folder of the test's own. */
function startDev(port: number): Child {
  const script = `
import { run } from '${root}/src/cli/command.ts'
import { dev } from '${root}/src/cli/dev.ts'
await run(() => dev(JSON.parse(process.argv[1])))`
  const options = JSON.stringify({ ...place, port, fresh: false, seed: null })
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, options], { cwd: root })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exit
  })
  let output = ''
  const ready = new Promise<void>((done) => {
    const hear = (chunk: unknown) => {
      output += String(chunk)
      if (/\n {2}curl .*\n/.test(output)) done()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void exit.then(() => done())
  })
  return { process: child, said: () => output, ready, exit }
}

async function markOfRun(): Promise<string> {
  const { run } = await readInstance(instanceFolder(place))
  return run?.mark ?? 'none'
}

test('starts, answers, leaves nothing behind; a killed run is tidied up by the next', async () => {
  await expect(readStatus(place)).rejects.toThrow('Selvage is not running: start it with `npm run dev`.')
  const port = await freePort()
  const killed = startDev(port)
  await killed.ready
  expect(killed.said()).toContain(`http://127.0.0.1:${port}`)
  const marks = [await markOfRun()]
  killed.process.kill('SIGKILL')
  expect(await killed.exit).toBeNull()
  expect(markedProcesses(marks[0] ?? '').length).toBeGreaterThanOrEqual(3)
  await expect(readStatus(place)).rejects.toThrow('not running')

  const second = startDev(port)
  await second.ready
  expect(second.said()).toMatch(/Ended \d+ processes that a killed run had left/)
  expect(second.said()).not.toContain('Seeding')
  marks.push(await markOfRun())
  const status = await readStatus(place)
  expect(status).toMatchObject({ apiUrl: `http://127.0.0.1:${port}`, users: expect.any(Array) })
  expect(status.users.length).toBeGreaterThanOrEqual(3)
  for (const value of [status.publishableKey, status.secretKey, status.users[0]?.password ?? '-']) {
    expect(second.said()).toContain(value)
  }
  const [, url = '', apikey = ''] = /curl '(.*)' -H 'apikey: (.*)'/.exec(second.said()) ?? []
  const response = await fetch(url, { headers: { apikey } })
  expect([response.status, await response.json()]).toEqual([200, expect.arrayContaining([expect.anything()])])

  const twice = startDev(await freePort())
  expect(await twice.exit).toBe(1)
  expect(twice.said()).toMatch(/^It runs already, at .*: stop that first with Ctrl-C\.\n$/)

  second.process.kill('SIGTERM')
  expect(await second.exit).toBe(0)
  expect(marks.flatMap(markedProcesses)).toEqual([])
  await expect(readStatus(place)).rejects.toThrow('not running')
}, 60_000)

test('a port that is taken is one line', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const child = startDev(port)
  expect(await child.exit).toBe(1)
  expect(child.said()).toBe(
    `Port ${port} is taken: stop what listens there, or choose another one: \`npm run dev -- --port N\`.\n`,
  )
  server.close()
}, 20_000)
