import { Problem } from '../base/problem.ts'
import { SqlError } from '../database/hrana/outcome.ts'

/**
 * Runs a trip, and says what SQLite refused as a problem. Its own text never leaves: it may name what is hidden.
 * @param refusal what the error means to a write; null of an error that is none of its own
 * @throws Problem; other errors as they are
 */
export async function translated<T>(
  trip: () => Promise<T>,
  refusal: (error: SqlError) => Problem | null = () => null,
): Promise<T> {
  try {
    return await trip()
  } catch (error) {
    throw error instanceof SqlError ? (refusal(error) ?? problemOf(error)) : error
  }
}

/** What SQLite's regexp says of a pattern (https://sqlite.org/src/file/ext/misc/regexp.c). */
const badPattern =
  /unmatched '\('|without operand|unknown \\ escape|unclosed '\['|unrecognized character|n less than m in|both m and n are zero|POSIX character classes|REGEXP pattern too big/

function problemOf(error: SqlError): Problem {
  if (badPattern.test(error.message)) {
    return new Problem('2201B', {
      hint: 'Patterns know . * + ? {m,n} | ( ) [ ] ^ $ \\b \\d \\s \\w; look-arounds and flags are not there.',
    })
  }
  if (error.code === 'SQLITE_TOOBIG' || /too large/i.test(error.message)) {
    return new Problem('LIMIT_ANSWER', {
      hint: 'Ask for fewer rows with limit, for fewer columns, or for fewer embeds.',
    })
  }
  // Another writer waited, and this transaction had had its five seconds.
  if (/TRANSACTION_TIMEOUT/.test(error.code)) {
    return new Problem('DATABASE_TIMEOUT', {
      headers: { 'retry-after': '1' },
      hint: 'Write fewer rows at once.',
    })
  }
  if (/integer overflow/.test(error.message)) return new Problem('22003')
  // Of the shape of the query alone: SQLite's parser holds a hundred open symbols, libSQL's own one as many.
  if (/parser stack overflow|parser overflowed its stack/.test(error.message)) {
    return new Problem('LIMIT_EMBEDS', {
      message: 'The query is nested too deep for SQLite',
      hint: 'Ask for fewer levels of embeds, or for simpler filters in the deepest of them.',
    })
  }
  // The cause stays inside: the log names it, the answer does not.
  return Object.assign(new Problem('INTERNAL'), { cause: error })
}
