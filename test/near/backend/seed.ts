import type { Seed, SeedSize } from '../../../src/index.ts'
import { bids, draws, members, notes, posts, replies, shows, signs, ticks, visits } from './tables.ts'

const names = ['ada', 'bob', 'staff', 'admin'] as const
export type Name = (typeof names)[number]

export const password = 'correct horse battery staple'
export const userId = (name: Name): string => `00000000-0000-7000-8000-00000000000${names.indexOf(name) + 1}`
export const postId = (number: number): string =>
  `00000000-0000-7000-9000-${String(number).padStart(12, '0')}`
/** What nobody but this user, and for a post staff, may ever be told. */
export const canary = (name: Name, of: 'note' | 'draft' | 'remark'): string => `canary-${of}-of-${name}`

const farAway = new Date('2100-01-01')

/** For each user a draft, a published post, a note. */
export default function seed(_size: SeedSize): Seed {
  return {
    users: names.map((name) => ({
      id: userId(name),
      email: `${name}@near.test`,
      password,
      role: name === 'staff' || name === 'admin' ? name : 'member',
    })),
    rows: [
      {
        table: members,
        values: names.map((name) => ({ id: userId(name), handle: name, remark: canary(name, 'remark') })),
      },
      {
        table: posts,
        values: names.flatMap((name, index) => [
          { id: postId(2 * index + 1), author_id: userId(name), title: `By ${name}`, published: true },
          {
            id: postId(2 * index + 2),
            author_id: userId(name),
            title: canary(name, 'draft'),
            published: false,
          },
        ]),
      },
      { table: replies, values: [1, 2, 3].map((id) => ({ id, post_id: postId(1), text: `reply ${id}` })) },
      {
        table: notes,
        values: names.map((name, index) => ({
          id: postId(100 + index),
          owner_id: userId(name),
          text: canary(name, 'note'),
        })),
      },
      { table: visits, values: [{ id: 1, post_id: postId(1) }] },
      {
        table: signs,
        values: [
          { id: 1, text: 'open' },
          { id: 2, text: 'exit' },
        ],
      },
      { table: ticks, values: [{ id: 1, text: 'one' }] },
      { table: bids, values: [{ id: 1, ends_at: farAway }] },
      { table: shows, values: [{ id: 1, at: 0 }] },
      { table: draws, values: [{ id: 1 }] },
    ],
  }
}
