import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { mailTo } from '../mailed/mail.ts'
import { type Acme, signInAs, startAcme } from '../oauth/acme.ts'
import { password, someone } from '../someone.ts'

const owner = someone()
const unlucky = someone()
const accounts = {
  owner: { email: owner, email_verified: true, name: 'Owner' },
  unlucky: { email: unlucky, email_verified: true, name: 'Unlucky' },
}

let acme: Acme
beforeAll(async () => {
  acme = await startAcme(accounts, { auth: { confirmEmail: true } })
})
afterAll(() => acme.stop())

const signUp = (email: string, nickname: string) =>
  acme.server.post('/signup', { email, password, data: { nickname } })

async function nicknamesOf(id: string | undefined) {
  const { rows } = await acme.server.query(
    'select nickname from profiles where user_id = ?',
    textValue(id ?? ''),
  )
  return rows.map(([value]) => textOf(value))
}

test('who proves a waiting address by a provider has a profile from then on', async () => {
  await signUp(owner, 'early')
  const { user, error } = await signInAs(acme.server, 'owner')
  expect(error).toBeNull()
  expect(await nicknamesOf(user?.id)).toEqual(['early'])
})

test('nobody who registered the address first keeps its owner out by what they said', async () => {
  const other = someone()
  await signUp(unlucky, 'wanted')
  await signUp(other, 'wanted')
  const taken = await acme.server.post('/verify', {
    type: 'email',
    token_hash: mailTo(acme.server, other).token,
  })
  expect(taken.status).toBe(200)
  const { user, error } = await signInAs(acme.server, 'unlucky')
  expect(error).toBeNull()
  expect(user).toMatchObject({ email: unlucky })
  expect(await nicknamesOf(user?.id)).toEqual([null])
})
