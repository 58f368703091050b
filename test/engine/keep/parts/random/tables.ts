import { and, eq, exists, lt, sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  foreignKey,
  integer,
  primaryKey,
  QueryBuilder,
  sqliteTable,
  text,
  unique,
} from 'drizzle-orm/sqlite-core'
import { backend, everyone, or, procedure, resource } from '../../../../../src/index.ts'

/** By `n` rows are chosen that have nothing else in common. */
const n = () => integer().notNull().default(0)

/** Who has the id of a user owns what refers to them. */
export const people = sqliteTable('people', { id: text().primaryKey(), n: n() })
/** They hang from each other, and go by a unique name as well. */
export const nodes = sqliteTable('nodes', {
  id: integer().primaryKey(),
  up: integer().references((): AnySQLiteColumn => nodes.id, { onDelete: 'set null' }),
  slug: text().unique(),
  n: n(),
})
/** A key of two fields, which may be changed, and what refers to it follows. */
export const places = sqliteTable(
  'places',
  { row: text().notNull(), col: integer().notNull(), n: n() },
  (t) => [primaryKey({ columns: [t.row, t.col] })],
)
/** They stay when they are deleted. */
export const seats = sqliteTable(
  'seats',
  {
    id: text().primaryKey(),
    row: text(),
    col: integer(),
    tag: text(),
    node: integer().references(() => nodes.id, { onDelete: 'cascade' }),
    gone: integer({ mode: 'timestamp_ms' }),
    n: n(),
  },
  (t) => [
    unique().on(t.tag),
    foreignKey({ columns: [t.row, t.col], foreignColumns: [places.row, places.col] })
      .onDelete('set null')
      .onUpdate('cascade'),
  ],
)
/** Everybody reads those that are open, their owner the others. */
export const notes = sqliteTable('notes', {
  id: integer().primaryKey(),
  owner: text().references(() => people.id, { onDelete: 'cascade' }),
  node: integer().references(() => nodes.id, { onDelete: 'set null' }),
  open: integer().notNull(),
  n: n(),
})
/** Their owner alone reads them. */
export const drafts = sqliteTable('drafts', {
  id: integer().primaryKey(),
  owner: text().references(() => people.id, { onDelete: 'cascade' }),
  n: n(),
})
/** Between nodes and notes: nobody reads those of a node whose `n` is two. */
export const links = sqliteTable(
  'links',
  {
    node: integer()
      .notNull()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    note: integer()
      .notNull()
      .references(() => notes.id, { onDelete: 'cascade' }),
    n: n(),
  },
  (t) => [primaryKey({ columns: [t.node, t.note] })],
)
/** Whose they are is worked out by the database. */
export const tickets = sqliteTable('tickets', {
  id: integer().primaryKey(),
  label: text().notNull(),
  holder: text()
    .generatedAlwaysAs(sql`lower(label)`, { mode: 'stored' })
    .references(() => people.id, { onDelete: 'cascade' }),
  n: n(),
})

const all = {
  ...{ read: everyone, create: everyone, update: everyone, delete: everyone },
  cache: { maxAge: 600 },
} as const
/** Read anew as soon as a write is heard of: what may hide rows is not, so that it is seen whether it was still kept. */
const ahead = {
  ...all,
  cache: { maxAge: 600, staleWhileRevalidate: 600, afterWrite: 'revalidate' },
} as const

/** Whose rows are kept; all else of it is there to be written in every way that there is. */
export const declared = backend({
  name: 'Random',
  roles: { member: [] },
  defaultRole: 'member',
  trials: true,
  resources: [
    ...[resource(people, ahead), resource(nodes, ahead), resource(places, ahead), resource(tickets, ahead)],
    resource(seats, { ...ahead, softDelete: seats.gone }),
    resource(notes, { ...all, read: ({ caller }) => or(eq(notes.open, 1), eq(notes.owner, caller.id)) }),
    resource(drafts, { ...all, read: ({ caller }) => caller.signedIn && eq(drafts.owner, caller.id) }),
    resource(links, {
      ...all,
      read: () =>
        exists(
          new QueryBuilder()
            .select({ one: sql`1` })
            .from(nodes)
            .where(and(eq(nodes.id, links.node), lt(nodes.n, 2))),
        ),
    }),
  ],
  procedures: {
    bump: procedure({
      policy: everyone,
      handler({ db }) {
        const up = sql`case when ${nodes.id} % 2 then null else 1 end`
        db.update(nodes)
          .set({ n: sql`${nodes.n} + 1`, up })
          .where(eq(nodes.n, 1))
        db.insert(nodes).values({ slug: null })
        db.delete(seats).where(eq(seats.n, 2))
      },
    }),
    move: procedure({
      policy: everyone,
      handler: ({ db }) =>
        db
          .update(places)
          .set({ col: sql`${places.col} + 1` })
          .where(eq(places.n, 2)),
    }),
    renumber: procedure({
      policy: everyone,
      handler: ({ db }) => db.update(tickets).set({ id: 3 }).where(eq(tickets.id, 2)),
    }),
    purge: procedure({ policy: everyone, handler: ({ db }) => db.delete(people).where(eq(people.n, 2)) }),
    follow: procedure({
      policy: everyone,
      async handler({ db }) {
        const [found] = await db.read(db.select({ id: nodes.id }).from(nodes).where(eq(nodes.n, 1)))
        db.update(notes)
          .set({ node: found?.[0]?.id ?? null })
          .where(eq(notes.n, 1))
      },
    }),
  },
})

/** What was there before; those that refer to others stand behind them. */
export const rowsAtFirst = [
  "insert into people (id, n) values ('ann', 0), ('bob', 2)",
  "insert into nodes (id, up, slug, n) values (1, null, 'a', 0), (2, 1, 'b', 1), (3, 2, null, 2)",
  "insert into places (row, col, n) values ('a', 1, 0), ('b', 2, 2), ('a', 3, 1)",
  "insert into seats (id, row, col, tag, node) values ('a', 'a', 1, 'a', 1), ('b', 'b', 2, 'b', 2), ('A', 'a', 3, null, 2)",
  "insert into notes (id, owner, node, open, n) values (1, 'ann', 1, 1, 0), (2, 'bob', 2, 0, 1)",
  "insert into drafts (id, owner) values (1, 'ann'), (2, 'bob'), (3, 'ann')",
  'insert into links (node, note) values (1, 1), (2, 1), (1, 2), (3, 2)',
  "insert into tickets (id, label) values (1, 'ann'), (2, 'BOB')",
]
