import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { keys } from '../../../src/cli/keys/command.ts'
import { readOrMakeSecrets, readSecrets } from '../../../src/cli/local/secrets.ts'

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvage-keys-'))
  file = join(folder, '.dev.vars')
  await readOrMakeSecrets(file)
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => {
  vi.restoreAllMocks()
})

/** What it prints. */
async function run(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)))
  await keys([...args, '--env-file', file])
  return lines.join('\n')
}
const privateParts = async () =>
  [...((await readFile(file, 'utf8')).matchAll(/"d":"([^"]+)"/g) ?? [])].map(([, d]) => d ?? '')

test('two steps in the file of secrets, of which nothing else changes; no private part is printed', async () => {
  const { SIGNING_KEYS: before, ...others } = await readOrMakeSecrets(file)
  const [leaked = ''] = await privateParts()
  const printed = [await run('rotate'), await run('list'), await run('rotate', '--now'), await run('list')]
  const { SIGNING_KEYS: after, ...same } = (await readSecrets(file)) ?? {}
  expect(same).toEqual(others)
  expect(after).not.toBe(before)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(printed[0]).toContain('wrangler secret put SIGNING_KEYS')
  expect(printed[1]).toMatch(/^signs .*\nnext /)
  expect(printed[3]).toMatch(/^signs .*\nverifies /)
  for (const secret of [leaked, ...(await privateParts())]) expect(printed.join()).not.toContain(secret)
  expect(await readFile(file, 'utf8')).not.toContain(leaked)
})

test('what cannot be done says so, and changes nothing', async () => {
  const before = await readFile(file, 'utf8')
  await expect(run('retire')).rejects.toThrow('No key is to be retired before')
  await expect(run('retire', '--kid', 'none')).rejects.toThrow('No key is to be retired.')
  await expect(run('burn')).rejects.toThrow('Usage: npm run keys -- list|rotate|retire|value')
  await expect(keys(['list', '--env-file', join(folder, 'none')])).rejects.toThrow('There is no file')
  expect(await readFile(file, 'utf8')).toBe(before)
})
