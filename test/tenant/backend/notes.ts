import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { everyone, id, resource } from '../../../src/index.ts'

export const notes = sqliteTable('notes', {
  id: id(),
  user_id: text(),
  body: text().notNull(),
  public: integer({ mode: 'boolean' }).notNull().default(true),
})

/** Read by everyone, written by those who are signed in. */
export const notesResource = resource(notes, {
  read: everyone,
  create: ({ caller }) => caller.signedIn && eq(notes.user_id, caller.id),
  update: ({ caller }) => caller.signedIn && eq(notes.user_id, caller.id),
  owner: notes.user_id,
  search: [notes.body],
})
