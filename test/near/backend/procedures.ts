import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { procedure, role } from '../../../src/index.ts'
import { posts } from './tables.ts'

const rename_post = procedure({
  input: { id: v.string(), title: v.string() },
  policy: role('member'),
  returns: posts,
  handler({ input, db }) {
    db.update(posts).set({ title: input.title }).where(eq(posts.id, input.id))
    return db.rows(posts, eq(posts.id, input.id))
  },
})

const published_posts = procedure({
  policy: () => true,
  readOnly: true,
  returns: posts,
  handler: ({ db }) => db.rows(posts, eq(posts.published, true)),
})

export const procedures = { rename_post, published_posts }
