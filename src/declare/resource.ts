import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { AfterHook } from './after.ts'
import type { BeforeHooks, InputSchemas } from './hook.ts'
import type { FieldRule, Policy, UpdatePolicy } from './policy.ts'

/**
 * How long answers may be kept, in seconds: all answers that show rows of this resource, as long as the others in them
 * may be kept, too. What a write through this server touches is read anew at once where it was written, and by who
 * brings a bookmark; others may see an answer of this age, also after a sign-out or a change of role. `maxAge` and the longer
 * of the two times after it are a week in all, at most.
 */
export interface CacheOptions {
  /** For so long an answer counts as new. */
  readonly maxAge: number
  /** For so long after that it is still given, while it is read anew (RFC 5861 §3). Default 0. */
  readonly staleWhileRevalidate?: number
  /**
   * What becomes of an answer when a write touched its rows' tables: `wait`, the next one who asks waits for the new one;
   * `revalidate`, it counts as older than `maxAge`, and so is given while it is read anew, as `staleWhileRevalidate`
   * allows; what everybody is told, and somebody was given in the last ten seconds, is read anew as soon as the write is
   * heard of, before anybody asks. Who wrote may have to wait in any case. Default `wait`.
   */
  readonly afterWrite?: 'wait' | 'revalidate'
  /** For so long after `maxAge` it is given when the database cannot be reached (RFC 5861 §4). Default 0. */
  readonly staleIfError?: number
  /**
   * For so long browsers and CDNs keep what anonymous callers read, without asking: then not even who wrote sees their
   * own write meanwhile. Default 0: they ask, and a `304` costs no trip.
   */
  readonly clients?: number
}

/** What the author says of one table to make it public. Nothing said, nothing allowed. */
export interface ResourceOptions<T extends SQLiteTable> {
  /** Name in URLs. Default: the name of the table. */
  readonly name?: string
  /** One sentence for the API reference. */
  readonly description?: string
  /** Which rows may be read. Default: none; then the resource does not exist for the caller. */
  readonly read?: Policy
  /** Which rows may be made: judged by the row as it will be. Default: none. */
  readonly create?: Policy
  /** Which rows may be changed, of those that may be read: judged as they were and as they will be. Default: none. */
  readonly update?: Policy | UpdatePolicy
  /** Which rows may be deleted, of those that may be read. Default: none. */
  readonly delete?: Policy
  /** Rules for single fields, by the name of the Drizzle property. Default: a field is seen with its row. */
  readonly fields?: { readonly [Name in keyof T['_']['columns']]?: FieldRules }
  /**
   * The column with the id of the user to whom a row belongs: the server fills it with the caller's when a row is
   * made. Who may write it by a rule of `fields` can give another one.
   */
  readonly owner?: SQLiteColumn
  /** What is done to rows before they are written. */
  readonly before?: BeforeHooks<T>
  /** Schemas for what clients send. */
  readonly input?: InputSchemas
  /**
   * An instant column: from that moment on the row is as absent, for every caller and on every path, a service key
   * included. NULL: it never expires. Subqueries of policies and procedures read the table as it is.
   */
  readonly expires?: SQLiteColumn
  /**
   * A nullable instant column that DELETE sets instead of taking the row away: then the row is as absent, as with
   * `expires`, but its key and its unique values stay taken (save in a unique index `where` the column is null), and
   * what refers to it stays. The column belongs to the server: no request can name it, a service key's neither, nor a procedure: only SQL beside the Worker brings a row back.
   */
  readonly softDelete?: SQLiteColumn
  /** How long answers may be kept. Default: not at all. */
  readonly cache?: CacheOptions
  /**
   * The column by whose value rows are spread over the databases of `DATABASE_SHARDS`, such as the user to whom they
   * belong. The primary key, all that is unique and every foreign key must have it in it, it never changes, and no column
   * has a collation. A request that says its value (by a filter, the key, or the policy) goes to one database, a list that does not goes
   * to all, and a write that does not is refused. Not with `cache`, nor in a backend with `tenants`. Default: all rows lie
   * in the main database.
   */
  readonly shardBy?: SQLiteColumn
  /** Whether PATCH and DELETE may come without a filter, and so mean every row. Default: no. */
  readonly unfiltered?: boolean
  /** Whether each change of an item must say in `If-Match` what it is a change of. Default: no. */
  readonly requireMatch?: boolean
  /**
   * Names for embeds, each with the foreign key that leads there: a column of this table, or of the other one.
   * As a function where the two files import each other.
   */
  readonly embeds?: Embeds | (() => Embeds)
  /** Text columns that the full-text operators `fts`, `plfts`, `phfts`, `wfts` look into. */
  readonly search?: readonly SQLiteColumn[]
  /**
   * Whether each write leaves in `selvage_audit` who changed what, row by row. Default: no. Rows that go or change
   * because another one does, by a foreign key's `onDelete`, are not written by anybody, and leave nothing.
   */
  readonly audit?: boolean
  /**
   * Whether each write leaves events `{name}.created`, `.updated`, `.deleted` with the row in `selvage_outbox`, without
   * the fields that only some may see: who gets an event has no role. Default: no.
   */
  readonly outbox?: boolean
  /** Events of the author's own for the outbox. */
  readonly after?: AfterHook
}

/** Who may see a field, and who may write it. */
export interface FieldRules {
  /** Default: whoever sees the row. */
  readonly read?: FieldRule
  /** Default: whoever sees the field, unless the server makes it: `timestamps()`, and the owner. */
  readonly write?: FieldRule
  /** Whether audit and outbox may hold its values; not so for secrets. Default: yes, also where nobody may read it. */
  readonly recorded?: boolean
}

export type Embeds = Readonly<Record<string, SQLiteColumn>>

/** One table under policies, as declared. `linkModel` checks it and links it to the others. */
export interface ResourceDeclaration {
  readonly table: SQLiteTable
  readonly options: ResourceOptions<SQLiteTable>
}

/**
 * One table for clients. A wrong name in it fails when the Worker starts.
 * @param table a Drizzle table with a primary key
 */
export function resource<T extends SQLiteTable>(table: T, options: ResourceOptions<T>): ResourceDeclaration {
  return { table, options: options as ResourceOptions<SQLiteTable> }
}
