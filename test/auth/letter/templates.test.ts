import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { mailTo } from '../mailed/mail.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({
    auth: {
      confirmEmail: true,
      mail: {
        templates: {
          confirmation: (_, { productName }) => ({
            subject: `Come to ${productName}`,
            lines: ['Is it you?'],
          }),
          magic_link: () => {
            throw new RangeError('of the author')
          },
        },
      },
    },
  })
})
afterAll(() => server.stop())

test('mails have the words of the backend, and those of a template that throws the usual ones', async () => {
  const email = someone()
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await server.client().signUp({ email, password })
  expect(mailTo(server, email).subject).toBe('Come to sign-in')
  const { error } = await server
    .client()
    .verifyOtp({ email, token: mailTo(server, email).code, type: 'signup' })
  expect(error).toBeNull()
  expect(logged).not.toHaveBeenCalled()
  await server.client().signInWithOtp({ email })
  expect(mailTo(server, email)).toMatchObject({
    subject: 'Sign in to sign-in',
    code: expect.stringMatching(/^\d{6}$/),
  })
  const lines = logged.mock.calls.map(([line]) => JSON.parse(String(line)))
  expect(lines).toEqual([{ requestId: expect.any(String), mail: 'magic_link', template: 'RangeError' }])
  logged.mockRestore()
})
