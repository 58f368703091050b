import { eq } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, or, resource, timestamps } from '../../../src/index.ts'

/** What people keep: their owner and staff may see it. */
export const notes = sqliteTable('notes', {
  id: id(),
  user_id: text().notNull(),
  body: text().notNull(),
  ...timestamps(),
})

export default resource(notes, {
  read: ({ caller }) => or(caller.has('staff'), eq(notes.user_id, caller.id)),
  create: ({ caller }) => or(caller.has('staff'), eq(notes.user_id, caller.id)),
  update: ({ caller }) => eq(notes.user_id, caller.id),
  delete: ({ caller }) => eq(notes.user_id, caller.id),
  owner: notes.user_id,
  cache: { maxAge: 60 },
})
