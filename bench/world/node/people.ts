import { hashPassword } from '../../../src/auth/password/hash.ts'
import { authSessions } from '../../../src/auth/tables/sessions.ts'
import { authUsers } from '../../../src/auth/tables/users.ts'
import { order_items } from '../../../src/backend/order_items.ts'
import { orders } from '../../../src/backend/orders.ts'
import { reviews } from '../../../src/backend/reviews.ts'
import { users } from '../../../src/backend/users.ts'
import { uuidv7 } from '../../../src/base/id.ts'
import type { Keys } from '../../data/keys.ts'
import { canaryOf } from '../check/canary.ts'
import type { Catalogue } from './catalogue.ts'
import { inserting } from './seed.ts'

/** Somebody of the world who has an account, and an order with their secret in it. */
export interface Person {
  /** Whose a secret is: `canaryOf`. */
  readonly number: number
  readonly id: string
  readonly role: 'customer' | 'staff'
  readonly email: string
  readonly password: string
  /** An access token of a session that lasts. */
  readonly token: string
  /** A draft of the own, whose note may be written over. */
  readonly orderId: string
}

/** Their rows in the primary: account, session, profile, an order with three lines, a review that is not published. */
export async function makePeople(
  databaseUrl: string,
  keys: Keys,
  catalogue: Catalogue,
  wanted: { readonly customers: number; readonly staff: number; readonly firstNumber: number },
): Promise<readonly Person[]> {
  const passwordHash = await hashPassword(password)
  const people = await Promise.all(
    Array.from({ length: wanted.customers + wanted.staff }, async (_, place) => {
      const [id, sessionId] = [uuidv7(), uuidv7()]
      const number = wanted.firstNumber + place
      const role = place < wanted.customers ? ('customer' as const) : ('staff' as const)
      return {
        ...{ number, id, role, sessionId, email: `person${number}@world.test`, password, orderId: uuidv7() },
        token: await keys.accessToken(id, sessionId, role),
      }
    }),
  )
  await inserting(databaseUrl, async (insert) => {
    const expires_at = new Date(Date.now() + 86_400_000)
    await insert(
      authUsers,
      people.map(({ id, email, role }) => ({
        ...{ id, email, role, password_hash: passwordHash, email_confirmed_at: new Date() },
      })),
    )
    await insert(
      authSessions,
      people.map(({ id, sessionId }) => ({ id: sessionId, user_id: id, expires_at })),
    )
    await insert(
      users,
      people.map(({ id, number }) => ({ id, display_name: `${canaryOf(number)} ${id}`, country: null })),
    )
    await insert(
      orders,
      people.map(({ id, number, orderId }) => ({
        ...{
          id: orderId,
          user_id: id,
          status: 'draft' as const,
          note: noteOf({ number, order: 0, version: 0 }),
        },
      })),
    )
    await insert(
      order_items,
      people.flatMap(({ orderId, number }) =>
        [0, 1, 2].map((n) => ({
          ...{
            order_id: orderId,
            product_id: catalogue.productAt(number * 3 + n),
            quantity: 1,
            price_cents: 100,
          },
        })),
      ),
    )
    await insert(
      reviews,
      people.map(({ id, number }) => ({
        ...{ product_id: catalogue.productAt(number % 20), user_id: id, rating: 5, published: false },
        ...{ author_name: 'Somebody', body: canaryOf(number) },
      })),
    )
  })
  return people
}

const password = 'the-same-for-all-of-them-1'

/** Which of a person's orders it is, and how often it was written. */
export interface Note {
  /** The person's. */
  readonly number: number
  readonly order: number
  readonly version: number
}

/** The text of an order's note: the secret of its owner, and what tells one version from another. */
export function noteOf({ number, order, version }: Note): string {
  return `${canaryOf(number)} order ${order} version ${version}`
}

/** Null of a note that is none of the world's. */
export function noteIn(text: string): Note | null {
  const found = /^canary:(\d+): order (\d+) version (\d+)$/.exec(text)
  return found === null
    ? null
    : { number: Number(found[1]), order: Number(found[2]), version: Number(found[3]) }
}

/** What an order is called where it is checked. */
export function orderName({ number, order }: Pick<Note, 'number' | 'order'>): string {
  return `order ${number}/${order}`
}
