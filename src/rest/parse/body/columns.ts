import { Problem } from '../../../base/problem.ts'
import { type Budget, char, expectEnd, readName, type Scan, spendPart, take } from '../scan/scanner.ts'

/**
 * `?columns=a,"b c",d` and `?on_conflict=a,b`.
 * @throws Problem PGRST100, for a name that comes twice too; LIMIT_QUERY_SIZE
 */
export function parseColumns(text: string, subject: string, budget: Budget): readonly string[] {
  const scan: Scan = { text, subject, budget, at: 0 }
  const names = new Set<string>()
  do {
    spendPart(scan)
    const name = readName(scan, 'the name of a column')
    if (names.has(name)) {
      throw new Problem('PGRST100', {
        message: `${subject} names ${JSON.stringify(name)} twice`,
        hint: 'Name each column once.',
      })
    }
    names.add(name)
  } while (take(scan, char.comma))
  expectEnd(scan, 'a comma, or the end', 'Write a,b,"c d".')
  return [...names]
}
