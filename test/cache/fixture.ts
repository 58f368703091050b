import type { Entry } from '../../src/cache/entry.ts'

/** A moment; entries of tests are stored then. */
export const stored = 1_760_000_000_000

/** The later, the lower, as if they were counted anew all the time: whatever goes by frames alone goes wrong. */
export const frameAt = (tick: number): number => 1_000_000 - tick

export const versionsAt = (tick: number, versions: Record<string, number>, epoch = 'first') => ({
  ...{ epoch, tick, frame: frameAt(tick) },
  versions,
})

export function entryOf(given: Partial<Entry> = {}): Entry {
  return {
    epoch: 'first',
    tick: 10,
    frame: frameAt(given.tick ?? 10),
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
