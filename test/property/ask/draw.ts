import fc from 'fast-check'

/** Random choices that fast-check can make smaller. */
export interface Draw {
  /** From 0 to max. */
  upTo(max: number): number
  /** True once in so many times. */
  once(times: number): boolean
  pick<T>(list: readonly T[]): T
}

/** Choices become smaller towards 0: what is simple stands first in a list, and `once` becomes false. */
export function drawing<T>(make: (draw: Draw) => T): fc.Arbitrary<T> {
  return fc.gen().map((choose) => make(drawOf(choose)))
}

export function drawOf(choose: fc.GeneratorValue): Draw {
  const upTo = (max: number) => choose(fc.nat, { max })
  return {
    upTo,
    once: (times) => upTo(times - 1) === times - 1,
    pick(list) {
      const item = list[upTo(list.length - 1)]
      if (item === undefined) throw new RangeError('there is nothing to pick from')
      return item
    },
  }
}
