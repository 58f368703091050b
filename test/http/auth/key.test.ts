import { describe, expect, test } from 'vitest'
import { send } from '../../harness/request.ts'
import { signUp, text, withToken } from './someone.ts'

describe('keys', () => {
  const wrong: readonly (readonly [name: string, headers: Readonly<Record<string, string>>])[] = [
    ['none', {}],
    ['empty', { apikey: '' }],
    ['another', { apikey: `sb_secret_${'x'.repeat(43)}` }],
    ['in Authorization alone', { authorization: `Bearer ${text('SECRET_KEY')}` }],
    ['a prefix of the right one', { apikey: text('SECRET_KEY').slice(0, -1) }],
    ['the right one and more', { apikey: `${text('SECRET_KEY')}, x` }],
  ]
  for (const [name, headers] of wrong) {
    test(`${name}: 401, and no trip`, async () => {
      const answer = await send({ as: 'nobody', url: '/rest/v1/tags', headers })
      expect([answer.status, answer.trips]).toEqual([401, 0])
      expect(answer.text).not.toMatch(/sb_(?:secret|publishable)_\w/)
    })
  }

  test('a key in the query string counts for nothing', async () => {
    const answer = await send({ as: 'nobody', url: `/rest/v1/tags?apikey=${text('SECRET_KEY')}` })
    expect([answer.status, answer.trips]).toEqual([401, 0])
    expect(answer.text).not.toContain(text('SECRET_KEY'))
  })

  test('a token decides, also beside the secret key: a signed-out one is no service key', async () => {
    const { access_token } = await signUp()
    await withToken(access_token, '/auth/v1/logout', { method: 'POST' })
    const answer = await send({
      as: 'service',
      url: '/rest/v1/orders',
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect([answer.status, answer.trips]).toEqual([401, 1])
  })
})
