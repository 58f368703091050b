import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundledModules } from './meta.ts'

/** What features load when somebody first needs it. */
const libraries = ['@simplewebauthn/server', 'otpauth', 'uqr', 'oauth4webapi', 'bcryptjs', '@noble/hashes']

const run = promisify(execFile)
let folder: string
/** Files of the bundle of a backend that takes in everything. */
let bundled: readonly string[]
/** Those that the bundler has put into functions, and those of these that were called when the Worker started. */
let wrapped: readonly string[]
let evaluated: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvage-later-'))
  const wrangler = resolve('node_modules/wrangler/bin/wrangler.js')
  const metafile = join(folder, 'meta.json')
  const options = ['deploy', 'test/bundle/worker.ts', '--dry-run', '--outdir', folder, '--metafile', metafile]
  await run(process.execPath, [wrangler, ...options], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  bundled = bundledModules(await readFile(metafile, 'utf8'))
  const text = await readFile(join(folder, 'worker.js'), 'utf8')
  const start = /^ {2}"([^"]+)"\((?:exports\w*(?:, module\w*)?)?\) \{$/gm
  wrapped = [...text.matchAll(start)].map(([, path = '']) => path)
  const watched = text
    .replace(start, (line, path) => `${line} globalThis.evaluated.push(${JSON.stringify(path)});`)
    .replace('"cloudflare:workers"', '"data:text/javascript,export class DurableObject {}"')
  const file = join(folder, 'watched.mjs')
  await writeFile(file, watched)
  const program = `globalThis.evaluated = []; await import(${JSON.stringify(file)}); console.log(JSON.stringify(evaluated))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])
  evaluated = JSON.parse(stdout)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const of = (paths: readonly string[], library: string) =>
  paths.filter((path) => path.includes(`node_modules/${library}/`)).sort()

test.each(libraries)('%s is in the bundle, and nothing of it is evaluated at start-up', (library) => {
  expect(of(bundled, library)).not.toEqual([])
  expect(of(wrapped, library)).toEqual(of(bundled, library))
  expect(of(evaluated, library)).toEqual([])
})

test('nothing else is put into functions: that is slower, and nothing of it is left out that nobody uses', () => {
  expect(wrapped.filter((path) => !path.includes('node_modules/'))).toEqual([])
  expect(evaluated).toEqual([])
})
