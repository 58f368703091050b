import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ada, bob, grace, linus } from '../../src/backend/seed.ts'
import { endLeftovers, type Instance, readInstance } from '../../src/cli/local/instance.ts'
import { isAlive, markedProcesses, signal } from '../../src/cli/local/process.ts'
import { readOrMakeSecrets } from '../../src/cli/local/secrets.ts'
import { freePort } from '../../src/cli/sqld.ts'

/** The commands as they are typed, in a copy of the project, so that its own `.data` and `.dev.vars` stay as they are. */
const root = resolve(import.meta.dirname, '../..')
let project: string
let secrets: Readonly<Record<string, string>>
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'selvage-npm-'))
  for (const name of ['src', 'drizzle', 'package.json', 'tsconfig.json', 'wrangler.toml']) {
    await cp(join(root, name), join(project, name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
  await mkdir(join(project, 'library'))
  await writeFile(join(project, 'library/index.ts'), library)
  secrets = await readOrMakeSecrets(join(project, '.dev.vars'))
})
afterAll(async () => {
  await endLeftovers(join(project, '.data'), '')
  await rm(project, { recursive: true, force: true, maxRetries: 10 })
})

const library = `
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { backend, everyone, resource } from '../src/index.ts'
export const books = sqliteTable('books', { id: integer().primaryKey(), title: text() })
export default backend({
  name: 'Library', roles: { reader: [] }, defaultRole: 'reader', resources: [resource(books, { read: everyone })],
})`

/** Nothing of the npm that runs the tests. */
const environment = { PATH: process.env.PATH, HOME: process.env.HOME }

interface Run {
  readonly port: number
  /** Ctrl-C: the terminal sends the signal to all processes in front. Resolves with what npm ends with. */
  interrupt(): Promise<readonly [status: number | null, signal: string | null]>
}

/** `npm run dev`; resolves when it is ready. */
async function startDev(...flags: readonly string[]): Promise<Run> {
  const port = await freePort()
  const args = ['run', 'dev', '--', '--port', String(port), ...flags]
  const child = spawn('npm', args, { cwd: project, env: environment, detached: true })
  const { pid } = child
  if (pid === undefined) throw new Error('npm does not start')
  const closed = once(child, 'close') as Promise<[number | null, string | null]>
  onTestFinished(async () => {
    signal(-pid, 'SIGTERM')
    await closed
  })
  let said = ''
  await new Promise<void>((done, fail) => {
    const hear = (chunk: unknown) => {
      said += String(chunk)
      if (/\n {2}curl .*\n/.test(said)) done()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void closed.then(() => fail(new Error(`it ended: ${said}`)))
  })
  const interrupt = () => {
    signal(-pid, 'SIGINT')
    return closed
  }
  return { port, interrupt }
}

const instanceOf = (name: string): Promise<Instance> => readInstance(join(project, '.data', name))

async function execute(databaseUrl: string, sql: string): Promise<unknown> {
  const client = createClient({ url: databaseUrl })
  const { rows } = await client.execute(sql)
  client.close()
  return rows[0]?.[0]
}

test('two backends beside each other, status as JSON, Ctrl-C, and --fresh', async () => {
  const [shop, other] = await Promise.all([startDev(), startDev('--backend', 'library')])
  const args = ['run', '-s', 'status', '--', '--json']
  const { stdout } = await promisify(execFile)('npm', args, { cwd: project, env: environment })
  const runs = (await Promise.all([instanceOf('backend'), instanceOf('library')])).map(({ run }) => run)
  const [databaseUrl = '', otherUrl = ''] = runs.map((run) => run?.databaseUrl)
  const { PUBLISHABLE_KEY: publishableKey = '', SECRET_KEY: secretKey } = secrets
  const users = [ada, grace, linus, bob].map(({ email, password, role }) => ({ email, password, role }))
  const apiUrl = `http://127.0.0.1:${shop.port}`
  expect(JSON.parse(stdout)).toStrictEqual({ apiUrl, publishableKey, secretKey, databaseUrl, users })

  expect((await readdir(join(project, '.data'))).sort()).toEqual(['backend', 'library'])
  expect(otherUrl).not.toBe(databaseUrl)
  const statuses = [shop, other].flatMap(({ port }) =>
    ['tags', 'books'].map(async (name) => {
      const headers = { apikey: publishableKey }
      const response = await fetch(`http://127.0.0.1:${port}/rest/v1/${name}`, { headers })
      await response.text()
      return response.status
    }),
  )
  expect(await Promise.all(statuses)).toEqual([200, 404, 404, 200])
  await execute(databaseUrl, 'delete from reviews')

  const marks = runs.map((run) => run?.mark ?? 'none')
  for (const mark of marks) expect(markedProcesses(mark).length).toBeGreaterThanOrEqual(3)
  for (const run of [shop, other]) expect(await run.interrupt()).toEqual([0, null])
  expect(marks.flatMap(markedProcesses)).toEqual([])
  expect(runs.map((run) => run !== null && isAlive(run.process))).toEqual([false, false])
  expect((await instanceOf('backend')).run).toBeNull()

  await startDev('--fresh')
  const { run } = await instanceOf('backend')
  expect(await execute(run?.databaseUrl ?? '', 'select count(*) from reviews')).toBe(40)
  expect(await readdir(join(project, '.data/library'))).toContain('database')
}, 60_000)
