import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf } from '../../../src/base/statement.ts'
import { everyone, resource } from '../../../src/index.ts'
import { mailTo } from '../mailed/mail.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'

/** The table of the harness, as a list that all may read and that is kept. */
const profiles = sqliteTable('profiles', { user_id: text().primaryKey(), nickname: text() })

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({
    auth: { confirmEmail: true },
    resources: [resource(profiles, { read: everyone, cache: { maxAge: 60 } })],
  })
})
afterAll(() => server.stop())

/** By it a kept list is known to be superseded. */
async function version() {
  const { rows } = await server.query("select version from selvage_versions where table_name = 'profiles'")
  return textOf(rows[0]?.[0] ?? { type: 'integer', value: '0' })
}

test('a public list is another one when somebody is confirmed, and not before', async () => {
  const email = someone()
  await server.post('/signup', { email, password, data: { nickname: 'ann' } })
  expect(await version()).toBe('0')
  const verify = () => server.post('/verify', { type: 'email', token_hash: mailTo(server, email).token })
  expect((await verify()).status).toBe(200)
  expect(await version()).toBe('1')
  await server.post('/otp', { email })
  expect((await verify()).status).toBe(200)
  expect(await version()).toBe('1')
})
