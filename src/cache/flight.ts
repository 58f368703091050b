/**
 * Who fills which key, so that a key missed by a thousand requests makes few queries. It is plain data: a promise of
 * one request must not be awaited by another, whose I/O may end with its owner. Those who wait look again by timers
 * of their own.
 */
export interface Flights {
  /** The caller is to fill the key, and to end it; null: somebody does already, so wait. */
  begin(key: string, nowMilliseconds: number): Flight | null
}

export interface Flight {
  /**
   * `kept`: others find it in memory. `failed`: one of those who wait tries again. `unkept`: there is an answer that
   * memory has no place for, so that for a second nobody waits for this key. Ending one that was taken over does nothing.
   */
  end(outcome: 'kept' | 'failed' | 'unkept', nowMilliseconds: number): void
}
