import { setTimeout as sleep } from 'node:timers/promises'
import { oneOf, pause, weighted, zipf } from '../random.ts'
import type { Client, Scene } from './client.ts'
import { probe, readItem, readOwn, readPage, readReviews } from './reads.ts'
import { buy, describe, introduce, makeOrder, rewriteOrder, type Shelf, signInAgain } from './writes.ts'

/** Who lives in the world. */
export interface Population {
  readonly readers: readonly Client[]
  readonly customers: readonly Client[]
  readonly staff: readonly Client[]
  readonly shelf: Shelf
}

/** What clients do, and how much of it. */
export interface Drive {
  /** Requests a second, of all cities together, whether or not the ones before are answered; null: as many as go. */
  readonly perSecond: number | null
  readonly seconds: number
  /** No more than so many answers. */
  readonly requests: number
  /** Of the writes so many, as a share, change products, for which everybody asks; the others are orders. */
  readonly productWrites: number
  /** Of Zipf's law. */
  readonly exponent: number
}

/** How often something is begun. A write is followed by a look at what was written, sometimes by two. */
const weights = { page: 400, item: 330, own: 150, reviews: 50, probe: 10, signIn: 1, write: 53 } as const

/** Requests under way at a time, when as many as go are sent. */
const lanes = 24

/**
 * Clients act until time, requests or patience are over. Whose turn it is and what they do is drawn; a client that is
 * waiting for an answer is passed over.
 */
export async function drive(
  scene: Scene,
  population: Population,
  { perSecond, seconds, requests, productWrites, exponent }: Drive,
  signal: AbortSignal,
): Promise<void> {
  const { random, catalogue, samples } = scene
  const act = actor(scene, population, {
    productWrites,
    product: zipf(catalogue.products.length, exponent),
    category: zipf(catalogue.categories.length, exponent),
  })
  const until = performance.now() + seconds * 1000
  let failure: unknown = null
  const goesOn = () =>
    performance.now() < until && samples.answered < requests && !signal.aborted && failure === null
  // One that fails by itself, not by an answer, ends the run: what it would have checked nobody does.
  const watched = (step: Promise<void>): Promise<void> =>
    step.catch((error: unknown) => {
      failure ??= error
    })
  const end = () => {
    if (failure !== null) throw failure
  }
  if (perSecond === null) {
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        // Where all that could act are waiting, there is nothing to do but to let them.
        while (goesOn()) await watched(act() ?? sleep(1))
      }),
    )
    return end()
  }
  const underWay = new Set<Promise<void>>()
  // Not from one timer to the next: what a timer is late would add up.
  for (let next = performance.now(); goesOn(); next += pause(random, perSecond)) {
    const early = next - performance.now()
    if (early > 0.5) await sleep(early)
    const step = act()
    if (step === null) continue
    const running = watched(step)
    underWay.add(running)
    void running.finally(() => underWay.delete(running))
  }
  await Promise.all(underWay)
  end()
}

/**
 * In each city somebody asks for every page and every product once, as in a world that is older than this one.
 * @param signal ends it early
 */
export async function sweep(scene: Scene, { readers }: Population, signal: AbortSignal): Promise<void> {
  const { categories, products } = scene.catalogue
  const wanted = new Map(readers.map((reader) => [reader.city, [...categories, ...products].entries()]))
  await Promise.all(
    readers.map(async (reader) => {
      for (const [place, id] of wanted.get(reader.city) ?? []) {
        if (signal.aborted) return
        await (place < categories.length ? readPage(scene, reader, id) : readItem(scene, reader, id))
      }
    }),
  )
}

/**
 * In each city in turn somebody signs in, and nobody does anything beside it: for each the server hashes a password for
 * a tenth of a second, for which all cities of this world share one machine.
 * @param signal ends it early
 */
export async function signInEverywhere(
  scene: Scene,
  { customers }: Population,
  timesEach: number,
  signal: AbortSignal,
): Promise<void> {
  for (let time = 0; time < timesEach; time += 1) {
    for (const city of new Set(customers.map((customer) => customer.city))) {
      if (signal.aborted) return
      const own = customers.filter((customer) => customer.city === city)
      await signInAgain(scene, oneOf(scene.random, own))
    }
  }
}

interface Habits {
  readonly productWrites: number
  readonly product: (random: Scene['random']) => number
  readonly category: (random: Scene['random']) => number
}

/** @returns what begins one step of somebody; null when that client is still waiting */
function actor(
  scene: Scene,
  { readers, customers, staff, shelf }: Population,
  habits: Habits,
): () => Promise<void> | null {
  const { random, catalogue } = scene
  const product = () => catalogue.productAt(habits.product(random))
  const category = () => catalogue.categories[habits.category(random)] ?? ''
  const anybody = () => oneOf(random, random() < 0.6 ? readers : customers)
  const customer = () => oneOf(random, customers)
  const as = (client: Client, step: () => Promise<void>): Promise<void> | null => {
    if (client.isBusy) return null
    client.isBusy = true
    return step().finally(() => {
      client.isBusy = false
    })
  }
  const write = () => {
    const drawn = random()
    const one = customer()
    if (drawn < habits.productWrites / 2) return as(one, () => buy(scene, one, product()))
    if (drawn < habits.productWrites) {
      const [clerk, other] = [oneOf(random, staff), oneOf(random, readers)]
      if (random() < 0.2) {
        if (clerk.isBusy) return null
        return as(other, () => as(clerk, () => introduce(scene, clerk, other, shelf, category())) ?? idle)
      }
      // Each product has a clerk of its own: versions of one that two write at a time would have no order.
      const place = habits.product(random)
      const owner = staff[place % staff.length] ?? clerk
      return as(owner, () => describe(scene, owner, shelf, catalogue.productAt(place)))
    }
    return random() < 0.3 ? as(one, () => makeOrder(scene, one)) : as(one, () => rewriteOrder(scene, one))
  }
  return () => {
    const [one, other] = [anybody(), customer()]
    switch (weighted(random, weights)) {
      case 'page':
        return as(one, () => readPage(scene, one, category()))
      case 'item':
        return as(one, () => readItem(scene, one, product()))
      case 'reviews':
        return as(one, () => readReviews(scene, one, product()))
      case 'own':
        return as(other, () => readOwn(scene, other, 'own', wayOf(scene, other)))
      case 'probe': {
        const victim = oneOf(
          random,
          customers.filter((each) => each.person !== one.person),
        ).person
        return as(one, () => probe(scene, one, victim?.orderId ?? ''))
      }
      case 'signIn':
        return as(other, () => signInAgain(scene, other))
      case 'write':
        return write()
    }
  }
}

const idle = Promise.resolve()

/** One in ten times a client that hands back its bookmark is in another city. */
function wayOf({ random }: Scene, { handsBack, doors, doorsElsewhere }: Client): readonly number[] {
  return handsBack && doorsElsewhere.length > 0 && random() < 0.1 ? doorsElsewhere : doors
}
