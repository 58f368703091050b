import { Problem } from '../../base/problem.ts'

const longest = 120

/** What somebody calls a factor; null of a name that says nothing. @throws Problem validation_failed */
export function factorNameOf(given: string | null | undefined): string | null {
  const name = given?.trim() ?? ''
  if (name.length <= longest && name.isWellFormed() && !/\p{Cc}/u.test(name)) return name === '' ? null : name
  throw new Problem('validation_failed', {
    message: `A name has at most ${longest} characters, and none that cannot be seen.`,
  })
}
