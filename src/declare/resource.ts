import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { FieldRule, Policy } from './policy.ts'

/** What the author says of one table to make it public. Nothing said, nothing allowed. */
export interface ResourceOptions<T extends SQLiteTable> {
  /** Name in URLs. Default: the name of the table. */
  readonly name?: string
  /** One sentence for the API reference. */
  readonly description?: string
  /** Which rows may be read. Default: none; then the resource does not exist for the caller. */
  readonly read?: Policy
  /** Rules for single fields, by the name of the Drizzle property. Default: a field is seen with its row. */
  readonly fields?: { readonly [Name in keyof T['_']['columns']]?: { readonly read?: FieldRule } }
  /**
   * Names for embeds, each with the foreign key that leads there: a column of this table, or of the other one.
   * As a function where the two files import each other.
   */
  readonly embeds?: Embeds | (() => Embeds)
  /** Text columns that the full-text operators `fts`, `plfts`, `phfts`, `wfts` look into. */
  readonly search?: readonly SQLiteColumn[]
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
