import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { checkPasswordDeclaration, requireStrong } from '../../../src/auth/password/rules.ts'
import type { PasswordDeclaration } from '../../../src/declare/auth/password.ts'
import { membersOf, startAuthServer } from '../server.ts'
import { someone } from '../someone.ts'

/** Follows https://haveibeenpwned.com/API/v3#PwnedPasswords: ranges of suffixes with counts, and padding. */
let server: Server
let BREACHED_URL: string
let mood: 'answers' | 'hangs' | 'fails' | 'floods' = 'answers'
const asked: { readonly url: string; readonly padding: unknown }[] = []
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase()
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', padding: request.headers['add-padding'] })
    if (mood === 'hangs') return
    if (mood === 'fails') return void response.writeHead(503).end()
    if (mood === 'floods') return void response.end('0'.repeat(5_000_000))
    const lines = [
      `${sha1('breached horse').slice(5)}:42`,
      `${sha1('padded horse!').slice(5)}:0`,
      `${'0'.repeat(35)}:1`,
    ]
    response.end(lines.join('\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  BREACHED_URL = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const told = (password: string, rules: PasswordDeclaration = {}) =>
  requireStrong(password, rules, { BREACHED_URL }).catch((error: unknown) => error)
const reasons = (...names: string[]) => ({
  code: 'weak_password',
  members: { weak_password: { reasons: names } },
})

describe('rules', () => {
  test.each([
    ['a'.repeat(8), {}, undefined],
    ['a'.repeat(7), {}, reasons('length')],
    ['😀'.repeat(8), {}, undefined],
    ['a'.repeat(1_024), {}, undefined],
    ['a'.repeat(1_025), {}, reasons('length')],
    ['a'.repeat(11), { minLength: 12 }, reasons('length')],
    ['abcdefgh1', { requiredCharacters: ['abc', '0123456789'] }, undefined],
    ['abcdefgh', { requiredCharacters: ['abc', '0123456789'] }, reasons('characters')],
    ['xyz', { requiredCharacters: ['abc'], breached: true }, reasons('length', 'characters')],
    ['breached horse', {}, undefined],
    ['breached horse', { breached: true }, reasons('pwned')],
    ['ｂｒｅａｃｈｅｄ horse', { breached: true }, reasons('pwned')],
    ['padded horse!', { breached: true }, undefined],
    ['another horse', { breached: true }, undefined],
  ] as const)('%s with %o', async (password, rules, expected) => {
    if (expected === undefined) expect(await told(password, rules)).toBeUndefined()
    else expect(await told(password, rules)).toMatchObject(expected)
  })

  test('who knows breaches is told five characters of a hash', async () => {
    asked.length = 0
    await told('breached horse', { breached: true })
    expect(asked).toEqual([{ url: `/range/${sha1('breached horse').slice(0, 5)}`, padding: 'true' }])
  })

  test.each(['hangs', 'fails', 'floods'] as const)(
    'who knows breaches %s: nobody is kept out, and the log says so',
    async (how) => {
      const log = vi.spyOn(console, 'error').mockReturnValue()
      mood = how
      const start = Date.now()
      expect(await told('breached horse', { breached: true })).toBeUndefined()
      expect(Date.now() - start).toBeLessThan(4_000)
      mood = 'answers'
      expect(log.mock.calls).toEqual([[expect.stringMatching(/^\{"breached":"\w+"\}$/)]])
      log.mockRestore()
    },
  )

  test('rules that make no sense are refused at the start', () => {
    for (const rules of [{ minLength: 7 }, { minLength: 2_000 }, { requiredCharacters: [''] }])
      expect(() => checkPasswordDeclaration(rules)).toThrow(TypeError)
  })
})

test('auth-js reads the reasons', async () => {
  const auth = await startAuthServer({
    auth: { password: { minLength: 12, requiredCharacters: ['0123456789'] } },
  })
  const { error } = await auth.client().signUp({ email: someone(), password: 'eleven char' })
  expect(error).toMatchObject({
    name: 'AuthWeakPasswordError',
    reasons: ['length', 'characters'],
    status: 422,
  })
  const plain = await auth.post('/signup', { email: someone(), password: 'short' })
  expect(await membersOf(plain)).toMatchObject({ weak_password: { reasons: ['length', 'characters'] } })
  const { client, error: none } = await auth
    .client()
    .signUp({ email: someone(), password: 'twelve chars 1' })
    .then(({ error }) => ({ client: null, error }))
  expect([client, none]).toEqual([null, null])
  await auth.stop()
})

test('they hold for what an operator sets, too', async () => {
  const auth = await startAuthServer({ auth: { password: { minLength: 12 } } })
  const [admin, email, password] = [auth.admin(), someone(), 'eleven char']
  const made = await admin.createUser({ email })
  const id = made.data.user?.id ?? ''
  for (const { error } of [
    await admin.createUser({ email: someone(), password }),
    await admin.updateUserById(id, { password }),
    await admin.generateLink({ type: 'signup', email: someone(), password }),
  ])
    expect(error).toMatchObject({ name: 'AuthWeakPasswordError' })
  expect((await admin.updateUserById(id, { password: 'twelve chars' })).error).toBeNull()
  await auth.stop()
})
