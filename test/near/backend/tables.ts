import { eq, sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { everyone, id, nobody, or, resource, role, timestamps } from '../../../src/index.ts'

const cache = { maxAge: 60, staleWhileRevalidate: 30, staleIfError: 600 }

/** Profiles, made at sign-up. Everybody sees who there is; the remark about them is for staff. */
export const members = sqliteTable('members', {
  id: text().primaryKey(),
  handle: text().notNull(),
  remark: text(),
})

export const membersResource = resource(members, {
  read: everyone,
  update: role('staff'),
  delete: role('admin'),
  fields: { remark: { read: role('staff') } },
  cache: { maxAge: 60 },
})

/** What an editorial office publishes: everybody sees what is published, its author and staff the rest. */
export const posts = sqliteTable(
  'posts',
  {
    id: id(),
    author_id: text()
      .notNull()
      .references(() => members.id),
    title: text().notNull().unique(),
    body: text().notNull().default(''),
    published: integer({ mode: 'boolean' }).notNull().default(false),
    ...timestamps(),
  },
  (table) => [index('posts_author_id_idx').on(table.author_id)],
)

export const postsResource = resource(posts, {
  read: ({ caller }) =>
    or(caller.has('staff'), eq(posts.published, true), caller.signedIn && eq(posts.author_id, caller.id)),
  create: ({ caller }) => or(caller.has('staff'), caller.signedIn && eq(posts.author_id, caller.id)),
  update: ({ caller }) => or(caller.has('staff'), caller.signedIn && eq(posts.author_id, caller.id)),
  delete: ({ caller }) => or(caller.has('staff'), caller.signedIn && eq(posts.author_id, caller.id)),
  owner: posts.author_id,
  fields: { author_id: { write: role('staff') } },
  embeds: { author: posts.author_id },
  search: [posts.title, posts.body],
  cache,
})

/** Below a post, and gone with it. Whoever likes leaves one. */
export const replies = sqliteTable(
  'replies',
  {
    id: integer().primaryKey(),
    post_id: text()
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    text: text().notNull(),
  },
  (table) => [index('replies_post_id_idx').on(table.post_id)],
)

export const repliesResource = resource(replies, {
  read: everyone,
  create: everyone,
  update: role('staff'),
  delete: role('staff'),
  embeds: { post: replies.post_id },
  cache,
})

/** Private: the owner's, and nobody else's. */
export const notes = sqliteTable(
  'notes',
  {
    id: id(),
    owner_id: text()
      .notNull()
      .references(() => members.id),
    text: text().notNull(),
  },
  (table) => [index('notes_owner_id_idx').on(table.owner_id)],
)

export const notesResource = resource(notes, {
  read: ({ caller }) => caller.signedIn && eq(notes.owner_id, caller.id),
  create: ({ caller }) => caller.signedIn && eq(notes.owner_id, caller.id),
  update: ({ caller }) => caller.signedIn && eq(notes.owner_id, caller.id),
  delete: ({ caller }) => caller.signedIn && eq(notes.owner_id, caller.id),
  owner: notes.owner_id,
  cache,
})

/** Nothing is said of caches. */
export const visits = sqliteTable(
  'visits',
  {
    id: integer().primaryKey(),
    post_id: text()
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
  },
  (table) => [index('visits_post_id_idx').on(table.post_id)],
)

export const visitsResource = resource(visits, {
  read: everyone,
  create: everyone,
  embeds: { post: visits.post_id },
})

/** What clients may keep, too. */
export const signs = sqliteTable('signs', {
  id: integer().primaryKey(),
  text: text().notNull(),
  gone_at: integer({ mode: 'timestamp_ms' }),
})

export const signsResource = resource(signs, {
  read: everyone,
  create: role('staff'),
  update: role('staff'),
  delete: role('staff'),
  softDelete: signs.gone_at,
  cache: { maxAge: 60, clients: 20 },
})

/** New for a second. */
export const ticks = sqliteTable('ticks', { id: integer().primaryKey(), text: text().notNull() })

export const ticksResource = resource(ticks, {
  read: everyone,
  update: role('staff'),
  cache: { maxAge: 1, staleWhileRevalidate: 1, staleIfError: 60 },
})

/** What depends on the time, or on chance, in each way that there is. */
export const bids = sqliteTable('bids', {
  id: integer().primaryKey(),
  ends_at: integer({ mode: 'timestamp_ms' }).notNull(),
})
export const bidsResource = resource(bids, { read: everyone, expires: bids.ends_at, cache })

export const shows = sqliteTable('shows', { id: integer().primaryKey(), at: integer().notNull() })
export const showsResource = resource(shows, { read: () => sql`${shows.at} < unixepoch()`, cache })

export const draws = sqliteTable('draws', { id: integer().primaryKey() })
export const drawsResource = resource(draws, { read: () => sql`abs(random()) >= 0`, cache })

/** Nobody reads it, a procedure does. */
export const counters = sqliteTable('counters', { id: integer().primaryKey(), n: integer().notNull() })
export const countersResource = resource(counters, { read: nobody, cache })
