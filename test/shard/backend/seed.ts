import type { Seed } from '../../../src/index.ts'
import { orders, posts, readings } from './index.ts'

/** Some rows for each table, and somebody to sign in. */
export default function seed(): Seed {
  const users = Array.from({ length: 12 }, (_, index) => `user-${index}`)
  return {
    users: [{ id: 'user-0', email: 'user-0@example.com', password: 'correct horse', role: 'staff' }],
    rows: [
      { table: posts, values: [{ id: 1, title: 'One' }] },
      { table: orders, values: users.map((user_id) => ({ user_id, id: 'first' })) },
      { table: readings, values: users.map((_, device) => ({ device, at: 1 })) },
    ],
  }
}
