/** A number from 0 to below 1. */
export type Random = () => number

/** The same numbers for the same seed (Tommy Ettinger's Mulberry32). Not for secrets. */
export function randomOf(seed: number): Random {
  let a = Math.imul(seed, 0x9e3779b1) | 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A time between two events that come `perSecond` times a second on average and know nothing of each other, in milliseconds. */
export function pause(random: Random, perSecond: number): number {
  return (-Math.log(1 - random()) / perSecond) * 1000
}

/** One of a list, each as likely as another. */
export function oneOf<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)]
  if (chosen === undefined) throw new RangeError('there is nothing to choose from')
  return chosen
}

/** In another order, each as likely as another (Fisher and Yates). */
export function shuffled<T>(random: Random, list: readonly T[]): readonly T[] {
  const result = [...list]
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    const [a, b] = [result[at], result[other]]
    if (a !== undefined && b !== undefined) [result[at], result[other]] = [b, a]
  }
  return result
}

/** One of the names, as often as its weight says. */
export function weighted<Name extends string>(random: Random, weights: Readonly<Record<Name, number>>): Name {
  const names = Object.entries<number>(weights) as [Name, number][]
  let left = random() * names.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of names) {
    left -= weight
    if (left < 0) return name
  }
  throw new RangeError('no weight is more than 0')
}

/**
 * Zipf's law: the nth of `count` is asked for as often as 1 / n^exponent says.
 * @returns a place from 0, the most popular, to `count - 1`
 */
export function zipf(count: number, exponent: number): (random: Random) => number {
  const sums: number[] = []
  let sum = 0
  for (let n = 1; n <= count; n += 1) {
    sum += n ** -exponent
    sums.push(sum)
  }
  return (random) => {
    const wanted = random() * sum
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? sum) > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}
