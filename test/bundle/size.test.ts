import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundledModules } from './meta.ts'

/** What `wrangler deploy` would upload. */
let folder: string
let bundle: Uint8Array
/** What the bundler says of it. */
let told: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvage-bundle-'))
  const wrangler = resolve('node_modules/wrangler/bin/wrangler.js')
  const metafile = join(folder, 'meta.json')
  const options = ['deploy', '--dry-run', '--minify', '--outdir', folder, '--metafile', metafile]
  await promisify(execFile)(process.execPath, [wrangler, ...options], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  bundle = await readFile(join(folder, 'worker.js'))
  told = await readFile(metafile, 'utf8')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

// 115 before caches, replicas, tenants and shards; 136 before sessions had factors, places and limits; then mails, codes,
// throttles, and what an operator does to accounts and keys; and streams that stay open.
test('the Worker is at most 183 KiB, compressed', () => {
  const kibibytes = gzipSync(bundle).length / 1024
  expect(kibibytes).toBeGreaterThan(10)
  expect(kibibytes).toBeLessThanOrEqual(183)
})

test('what is for Node alone is not deployed: no seed, no commands', () => {
  const text = new TextDecoder().decode(bundle)
  expect(text).not.toContain('selvage-ada')
  expect(text).not.toContain('node:child_process')
  expect(text).not.toContain('node:fs')
})

// Each word is of the library that a feature loads: WebAuthn, TOTP, OAuth, hashes of other programs.
test.each(['webauthn.create', 'otpauth://', 'DPoP', 'argon2id'])(
  'who uses no feature has nothing of it: %s',
  (word) => {
    expect(new TextDecoder().decode(bundle)).not.toContain(word)
  },
)

test.each(['oauth', 'passkey', 'app', 'factor/totp', 'factor/recovery', 'password/foreign'])(
  'and none of our own modules of it: auth/%s',
  (part) => {
    const modules = bundledModules(told)
    expect(modules).toContain('src/auth/routes.ts')
    expect(modules.filter((path) => path.startsWith(`src/auth/${part}/`))).toEqual([])
  },
)
