import type { Value } from '../base/statement.ts'

/** A part of a statement, with the values of its `?`. Over which table, who takes one says; mostly over `auth_users`. */
export interface Condition {
  readonly sql: string
  readonly args: readonly Value[]
}
