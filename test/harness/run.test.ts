import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The parts of the harness that only a process of its own can show: how a run ends, and what it leaves behind. */
let folder: string

beforeAll(async () => {
  // Inside the repository, so that imports find the packages.
  folder = await mkdtemp(join(resolve('node_modules'), '.selvage-run-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const config = `export default { test: { include: ['*.case.ts'], reporters: ['default', '${resolve('test/harness/summary.ts')}'] } }`
const pass = `import { test } from 'vitest'; test('passes', () => {})`
const fail = `import { test } from 'vitest'; test('fails', () => { throw new Error('on purpose') })`
const skip = `import { test } from 'vitest'; test('passes', () => {}); test.skip('later', () => {})`

test.each([
  ['passing tests', { a: pass, b: pass }, 0, '2 passed, 0 failed'],
  ['a failing test', { a: pass, b: fail }, 1, '1 passed, 1 failed'],
  ['a skipped test', { a: skip }, 0, '1 passed, 0 failed, 1 skipped'],
  ['a file that does not load', { a: pass, b: `import './gone.ts'` }, 1, '1 passed, 1 failed'],
  ['no file', {}, 1, '0 passed, 1 failed'],
  [
    'skipped tests only',
    { a: skip.replace(`test('passes', () => {});`, '') },
    1,
    '0 passed, 1 failed, 1 skipped',
  ],
])('a run of %s ends with its line', async (_, files, status, line) => {
  const root = await mkdtemp(join(folder, 'case-'))
  await writeFile(join(root, 'vitest.config.ts'), config)
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, `${name}.case.ts`), text)
  const run = spawn(process.execPath, [resolve('node_modules/vitest/vitest.mjs'), 'run', '--root', root], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [run.stdout, run.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = await once(run, 'close')
  expect(output.trimEnd().split('\n').at(-1), output).toBe(line)
  expect(code, output).toBe(status)
})

test('a run that is killed leaves no server and no folder', async () => {
  const database = resolve('test/harness/database.ts')
  const script = `import { startDatabase } from '${database}'
    const { url, folder } = await startDatabase()
    console.log(JSON.stringify({ url, folder }))
    setInterval(() => {}, 1_000)`
  const run = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(run.stdout, 'data')
  const started: { url: string; folder: string } = JSON.parse(String(line))
  expect((await fetch(`${started.url}/health`)).status).toBe(200)
  run.kill('SIGKILL')
  await expect.poll(() => existsSync(started.folder), { timeout: 5_000 }).toBe(false)
  await sleep(100)
  await expect(fetch(`${started.url}/health`)).rejects.toThrow()
  expect(started.folder.startsWith(tmpdir())).toBe(true)
})
