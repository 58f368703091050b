/** Where the time comes from: injected, so that tests can move it. Milliseconds since 1970-01-01T00:00:00Z. */
export interface Clock {
  nowMilliseconds(): number
}

export const systemClock: Clock = { nowMilliseconds: () => Date.now() }

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
