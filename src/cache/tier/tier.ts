/**
 * Where bytes are kept outside of the isolate. It may forget at any time, and may keep longer than it was told: how
 * old an answer may be is up to the rule alone. Neither method throws or hangs: what fails or takes too long is as
 * if nothing was there.
 */
export interface Tier {
  readonly name: TierName
  get(key: string): Promise<Uint8Array | null>
  /** @param lifeSeconds for how long it is of use; below what the tier can do, nothing is kept. */
  put(key: string, value: Uint8Array, lifeSeconds: number): Promise<void>
}

export type TierName = 'data-centre' | 'world'
