import { createCipheriv, pbkdf2Sync, scryptSync } from 'node:crypto'
import { argon2id } from '@noble/hashes/argon2.js'
import { hash as bcryptHash } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyForeign } from '../../../src/auth/password/foreign/verify.ts'
import { importedHashes } from '../../../src/auth/password/imported.ts'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { signedUp } from '../someone.ts'

const password = 'old pässword'
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const phc = (bytes: Uint8Array) => base64(bytes).replace(/=+$/, '')
const salt = Buffer.from('0123456789abcdef')

function firebase(): string {
  const [signer, separator] = [Buffer.alloc(64, 7), Buffer.from('Bw==', 'base64')]
  const key = scryptSync(password, Buffer.concat([salt, separator]), 32, { N: 2 ** 14, r: 8, p: 1 })
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const kept = Buffer.concat([cipher.update(signer), cipher.final()])
  return `$fbscrypt$v=1,n=14,r=8,p=1,ss=${base64(separator)},sk=${base64(signer)}$${base64(salt)}$${base64(kept)}`
}

const pbkdf2 = (given: string | Uint8Array, rounds: number) =>
  pbkdf2Sync(password, given, rounds, 32, 'sha256')
const hashes: readonly (readonly [name: string, hash: string | Promise<string>])[] = [
  ['bcrypt', bcryptHash(password, 4)],
  ['bcrypt of PHP', bcryptHash(password, 4).then((hash) => hash.replace('$2b$', '$2y$'))],
  ['Django', `pbkdf2_sha256$1000$seasalt$${base64(pbkdf2('seasalt', 1_000))}`],
  ['Django, more rounds than the platform derives', `pbkdf2_sha256$100001$s$${base64(pbkdf2('s', 100_001))}`],
  ['passlib', `$pbkdf2-sha256$1000$${phc(salt)}$${phc(pbkdf2(salt, 1_000)).replaceAll('+', '.')}`],
  ['PHC', `$pbkdf2-sha256$i=1000,l=32$${phc(salt)}$${phc(pbkdf2(salt, 1_000))}`],
  ['scrypt', `$scrypt$ln=12,r=8,p=1$${phc(salt)}$${phc(scryptSync(password, salt, 64, { N: 4096 }))}`],
  ['Firebase', firebase()],
  [
    'Argon2id',
    `$argon2id$v=19$m=256,t=2,p=1$${phc(salt)}$${phc(argon2id(password, salt, { m: 256, t: 2, p: 1, dkLen: 32 }))}`,
  ],
]

describe.each(hashes)('%s', (_, given) => {
  test('verifies the password, and no other', async () => {
    const hash = await given
    expect(await verifyForeign(password, hash)).toBe(true)
    for (const wrong of ['old password', '', `${password} `, 'x'.repeat(5_000), 'a\ud800'])
      expect(await verifyForeign(wrong, hash)).toBe(false)
  })
})

test('as its maker did: bcrypt knows 72 bytes', async () => {
  const hash = await bcryptHash('a'.repeat(72), 4)
  expect(await verifyForeign(`${'a'.repeat(72)}b`, hash)).toBe(true)
  expect(await verifyForeign('a'.repeat(71), hash)).toBe(false)
})

test('vectors that others published', async () => {
  const bcrypt = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
  expect(await verifyForeign('U*U', bcrypt)).toBe(true)
  const argon2 = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  expect(await verifyForeign('password', argon2)).toBe(true)
})

test.each([
  ['a cost of days', `$2b$31$${'a'.repeat(53)}`],
  ['four gigabytes', `$argon2id$v=19$m=4194304,t=3,p=4$${phc(salt)}$${phc(salt)}`],
  ['a gigabyte', `$scrypt$ln=20,r=8,p=1$${phc(salt)}$${phc(salt)}`],
  ['ten million rounds', `pbkdf2_sha256$10000000$salt$${base64(salt)}`],
  ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
  ['nothing', ''],
  ['a key that is none', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$*'],
])('%s: not verified', async (_, hash) => {
  expect(await verifyForeign('a', hash)).toBeNull()
})

describe('sign-in', () => {
  let server: TestAuthServer
  beforeAll(async () => {
    server = await startAuthServer({ auth: { password: { imported: importedHashes() } } })
  })
  afterAll(() => server.stop())

  const signIn = (email: string, given = password) =>
    server.post('/token?grant_type=password', { email, password: given })
  const brought = async (hash: string) => {
    const { email } = await signedUp(server)
    await server.query(
      'update auth_users set password_hash = ? where email = ?',
      textValue(hash),
      textValue(email),
    )
    return email
  }
  const hashOf = async (email: string) =>
    textOf(
      (await server.query('select password_hash from auth_users where email = ?', textValue(email)))
        .rows[0]?.[0],
    )

  test('with a hash from elsewhere in two trips, and then it is one of ours; however many at once', async () => {
    const email = await brought(await bcryptHash('short', 4))
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn(email, 'short')))
    for (const answer of answers) expect([answer.status, answer.headers.get('x-trips')]).toEqual([200, '2'])
    expect(await hashOf(email)).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/)
    expect((await signIn(email, 'short')).status).toBe(200)
    expect((await signIn(email, 'shorT')).status).toBe(400)
  })

  test.each(hashes)('an operator brings users along: %s', async (_, given) => {
    const email = `${crypto.randomUUID()}@example.com`
    const { error } = await server
      .admin()
      .createUser({ email, password_hash: await given, email_confirm: true })
    expect(error).toBeNull()
    expect((await signIn(email)).status).toBe(200)
  })

  test('but none whose hash nobody could verify', async () => {
    const password_hash = `$argon2id$v=19$m=4194304,t=3,p=4$${phc(salt)}$${phc(salt)}`
    const { error } = await server.admin().createUser({ email: 'far@example.com', password_hash })
    expect(error?.code).toBe('validation_failed')
  })

  test('a wrong password changes nothing; what is not verified answers as a wrong one', async () => {
    const bcrypt = await bcryptHash(password, 4)
    const email = await brought(bcrypt)
    expect(await membersOf(await signIn(email, 'wrong horse'))).toMatchObject({ code: 'invalid_credentials' })
    expect(await hashOf(email)).toBe(bcrypt)
    const other = await brought(`$argon2id$v=19$m=4194304,t=3,p=4$${phc(salt)}$${phc(salt)}`)
    const answer = await signIn(other)
    expect([answer.status, (await membersOf(answer)).code]).toEqual([400, 'invalid_credentials'])
  })
})
