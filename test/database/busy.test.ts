import { expect, test } from 'vitest'
import { message, messageField, textField, varintField } from '../../src/database/hrana/protobuf.ts'
import { type Reply, readReply } from '../../src/database/hrana/reply.ts'
import { isBusy, whileBusy } from '../../src/database/trip/busy.ts'

/** A reply of Hrana to one statement in a transaction: what BEGIN (0), the statement, COMMIT and ROLLBACK (3) say. */
function replyTo(codes: readonly (string | null)[]): Reply | null {
  const steps = codes.map((code, index) =>
    code === null
      ? messageField(1, varintField(1, index), messageField(2))
      : messageField(2, varintField(1, index), messageField(2, textField(1, 'refused'), textField(2, code))),
  )
  return readReply(message(messageField(3, messageField(1, messageField(3, messageField(1, ...steps))))), 1)
}

test.each<[string, readonly (string | null)[], boolean]>([
  ['BEGIN', ['SQLITE_BUSY'], true],
  ['the statement', [null, 'SQLITE_BUSY'], true],
  ['a table', [null, 'SQLITE_LOCKED'], true],
  ['COMMIT', [null, null, 'SQLITE_BUSY', null], true],
  ['COMMIT, and ROLLBACK', [null, null, 'SQLITE_BUSY', 'SQLITE_ERROR'], true],
  ['ROLLBACK alone', [null, 'SQLITE_CONSTRAINT', 'SQLITE_BUSY'], false],
  ['nothing', [null, null, null], false],
])('the first step that was refused decides: %s', (_, codes, expected) => {
  const reply = replyTo(codes)
  expect(reply !== null && isBusy(reply)).toBe(expected)
})

test('what is thrown is not tried again', async () => {
  let tries = 0
  const lost = whileBusy(() => {
    tries += 1
    return Promise.reject(new Error('lost'))
  }, AbortSignal.timeout(1_000))
  await expect(lost).rejects.toThrow('lost')
  expect(tries).toBe(1)
})
