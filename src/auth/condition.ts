import type { Value } from '../base/statement.ts'

/** A part of a statement over rows of `auth_users`, with the values of its `?`. */
export interface Condition {
  readonly sql: string
  readonly args: readonly Value[]
}
