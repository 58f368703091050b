import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  checkSettings,
  readOrMakeSecrets,
  readSecrets,
  writeDatabaseUrl,
} from '../../src/cli/local/secrets.ts'

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvage-secrets-'))
  file = join(folder, '.dev.vars')
})
afterAll(() => rm(folder, { recursive: true }))

const apiUrl = 'http://127.0.0.1:8787'

test('secrets are made once, pass the checks of the Worker, and only their owner can read them', async () => {
  expect(await readSecrets(file)).toBeNull()
  const secrets = await readOrMakeSecrets(file)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readOrMakeSecrets(file)).toEqual(secrets)
  const settings = await checkSettings(file, { API_URL: apiUrl, ...secrets })
  expect(settings.publishableKey).toMatch(/^sb_publishable_[\w-]{32}$/)
  expect(settings.secretKey).toMatch(/^sb_secret_[\w-]{43}$/)
  expect(settings.serverSecret.length).toBeGreaterThanOrEqual(43)
  expect(JSON.parse(settings.signingKeys)).toMatchObject([
    { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.any(String), d: expect.any(String) },
  ])
})

test('the database may move; nothing else in the file changes', async () => {
  const before = await readOrMakeSecrets(file)
  await writeDatabaseUrl(file, 'http://127.0.0.1:1')
  expect(await readSecrets(file)).toEqual({ ...before, DATABASE_URL: 'http://127.0.0.1:1' })
  expect(await readFile(file, 'utf8')).toMatch(/^# Made by `npm run dev`/)
})

test.each([
  ['SECRET_KEY', undefined, /^SECRET_KEY is missing: .* Mend it in .*\.dev\.vars/],
  ['SECRET_KEY', 'sb_secret_aaaaaaaaaaaaaaaaaaaaaaaa', /^SECRET_KEY is too weak: /],
  ['SERVER_SECRET', 'secret', /^SERVER_SECRET is too weak: /],
  ['PUBLISHABLE_KEY', 'anon', /^PUBLISHABLE_KEY does not start with sb_publishable_/],
  ['SIGNING_KEYS', '[]', /^SIGNING_KEYS cannot be used: /],
  ['DATABASE_URL', 'here', /^DATABASE_URL is not an http, https or libsql URL/],
])('%s as %s is refused in one line, without its value', async (name, value, message) => {
  const { [name]: _, ...rest } = await readOrMakeSecrets(file)
  const bindings = { API_URL: apiUrl, ...rest, ...(value !== undefined && { [name]: value }) }
  const refusal = expect(checkSettings(file, bindings)).rejects
  await refusal.toThrow(message)
  await expect(checkSettings(file, bindings)).rejects.not.toThrow(/\n/)
})
