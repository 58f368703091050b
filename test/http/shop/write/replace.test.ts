import { expect, test } from 'vitest'
import { ada } from '../../../../src/backend/seed.ts'
import { send } from '../../../harness/request.ts'
import { made, stored } from '../../written.ts'

/** `PUT` of what is there: what is not given becomes its default, and what the server made stays. */

test('an order stays its owner’s, whoever replaces it', async () => {
  const { id, created_at } = await made('ada', 'orders', { note: 'first' })
  for (const as of ['grace', 'service']) {
    const body = { note: as, ...(as === 'service' ? { user_id: ada.id } : {}) }
    const { status, trips } = await send({ as, method: 'PUT', url: `/rest/v1/orders/${id}`, body })
    expect([status, trips]).toEqual([204, 1])
    expect(await stored(`orders?id=eq.${id}&select=user_id,created_at,note`)).toEqual([
      { user_id: ada.id, created_at, note: as },
    ])
  }
  const given = { note: 'given', user_id: ada.id, status: 'paid' }
  expect((await send({ as: 'grace', method: 'PUT', url: `/rest/v1/orders/${id}`, body: given })).status).toBe(
    204,
  )
  expect(await stored(`orders?id=eq.${id}&select=user_id,status,note`)).toEqual([given])
})
