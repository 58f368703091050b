/** Of the six connections of a Worker that may wait for an answer, one is for the session. */
const mostAtOnce = 5

/**
 * Asks several databases, a few at a time.
 * @param take given each answer as it comes
 * @throws what the first of them says that fails: then nothing more is asked
 */
export async function gather<T>(
  places: readonly number[],
  ask: (place: number) => Promise<T>,
  take: (answer: T, place: number) => void,
): Promise<void> {
  const waiting = [...places]
  let hasFailed = false
  async function askNext(): Promise<void> {
    const place = waiting.shift()
    if (place === undefined || hasFailed) return
    try {
      take(await ask(place), place)
    } catch (error) {
      hasFailed = true
      throw error
    }
    return askNext()
  }
  await Promise.all(Array.from({ length: mostAtOnce }, askNext))
}
