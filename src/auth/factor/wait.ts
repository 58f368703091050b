/** Wrong codes that cost no time. */
const free = 5
/** The longest wait is 2^10 seconds: about 80 guesses a day at a code of one in 330,000, and nobody is locked out for good. */
const mostDoublings = 10

/** How long somebody waits after so many wrong codes one after another. Milliseconds. */
function waitMilliseconds(failures: number): number {
  return failures < free ? 0 : 1_000 * 2 ** Math.min(failures - free, mostDoublings)
}

/** The same in SQL: holds when the wait is over at the instant that is its one parameter. */
export function isOverSql(failures: string, failedAt: string): string {
  return `(${failures} < ${free} or ${failedAt} + (1000 << min(${failures} - ${free}, ${mostDoublings})) <= ?)`
}

/** For `Retry-After`. @param failedAt instant of the last wrong code */
export function waitSeconds(failures: number, failedAt: number, nowMilliseconds: number): string {
  const seconds = Math.ceil((failedAt + waitMilliseconds(failures) - nowMilliseconds) / 1_000)
  return String(Math.max(1, seconds))
}
