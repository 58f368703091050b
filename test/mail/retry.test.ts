import { expect, test } from 'vitest'
import { MailError, type Message } from '../../src/mail/mail.ts'
import { retried } from '../../src/mail/retry.ts'

const message: Message = { to: 'ada@example.com', subject: 'a', text: 'b', html: 'c' }

function failing(times: number, error: () => Error) {
  const keys: string[] = []
  const slept: number[] = []
  const mail = retried(
    {
      async deliver(_, key) {
        keys.push(key)
        if (keys.length <= times) throw error()
      },
    },
    async (milliseconds) => void slept.push(milliseconds),
  )
  return { mail, keys, slept }
}
const busy = () => new MailError('busy', { isTransient: true })

test('what may be taken later is sent again, twice, under one key', async () => {
  const { mail, keys, slept } = failing(2, busy)
  await mail.send(message)
  expect([keys.length, new Set(keys).size, slept]).toEqual([3, 1, [500, 3_000]])
})

test('and no more', async () => {
  const { mail, keys } = failing(9, busy)
  await expect(mail.send(message)).rejects.toMatchObject({ name: 'MailError' })
  expect(keys).toHaveLength(3)
})

test.each([
  ['refused', () => new MailError('refused', { isTransient: false })],
  ['a mistake', () => new TypeError('a mistake')],
])('%s: not again', async (_, error) => {
  const { mail, keys } = failing(9, error)
  await expect(mail.send(message)).rejects.toThrow()
  expect(keys).toHaveLength(1)
})
