import { SqlError } from '../../database/hrana/outcome.ts'

/** Whether a statement was refused because a value that is to be unique is there. @param column such as `auth_users.id` */
export function isTaken(error: unknown, column: string): boolean {
  return error instanceof SqlError && /UNIQUE/.test(error.message) && error.message.includes(` ${column}`)
}
