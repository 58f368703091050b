/** Where the time comes from: injected, so that tests can move it. Milliseconds since 1970-01-01T00:00:00Z. */
export interface Clock {
  nowMilliseconds(): number
}

export const systemClock: Clock = { nowMilliseconds: () => Date.now() }

/**
 * Resolved when an answer that is ready has gone out: what begins together with it, asking caches and telling them, makes it
 * wait.
 */
export function afterTheAnswer(): Promise<void> {
  return sleep(1)
}

/** Takes what goes on after the answer: `context.waitUntil`. */
export type Later = (work: Promise<void>) => void

/** The work begins when the answer has gone out. */
export function doAfterTheAnswer(work: () => Promise<void>, later: Later): void {
  later(afterTheAnswer().then(work))
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
