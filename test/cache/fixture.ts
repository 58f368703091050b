import type { Entry } from '../../src/cache/entry.ts'

/** A moment; entries of tests are stored then. */
export const stored = 1_760_000_000_000

/** Frames are counted anew, so that they are in no order with what was before: whatever goes by them alone goes wrong. */
export const frameAt = (tick: number): number => 1_000_000 - tick

export function entryOf(given: Partial<Entry> = {}): Entry {
  return {
    epoch: 'first',

    tick: 10,
    frame: frameAt(10),
    versions: { orders: 3 },
    part: null,
    storedAtMilliseconds: stored,
    maxAgeSeconds: 60,
    staleWhileRevalidateSeconds: 30,
    staleIfErrorSeconds: 600,
    isStaleAfterWrite: false,
    body: new TextEncoder().encode('1\n\n\n[{"id":1}]'),
    ...given,
  }
}

/** Bytes of all kinds. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31) % 256)
}
