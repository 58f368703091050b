import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Seed, SeedRows, SeedSize, SeedUser } from '../index.ts'
import { categories } from './categories.ts'
import { order_items } from './order_items.ts'
import { orders } from './orders.ts'
import { products } from './products.ts'
import { reviews } from './reviews.ts'
import { product_tags, tags } from './tags.ts'
import { users } from './users.ts'

/** Kinds of rows, as they stand in the ids of the seed. */
const kinds = { user: 1, category: 2, product: 3, order: 4, item: 5, review: 6, tag: 7 } as const

/**
 * The id of the nth row of a kind, from 0: the same on every run, in the form of a UUIDv7 of 1 January 2025.
 * Of `small`: users 0 ada, 1 grace, 2 linus, 3 bob; products 36 to 39, category 7, tag 11 are not published.
 */
export function seedId(kind: keyof typeof kinds, n: number): string {
  return `01941f29-7c00-700${kinds[kind]}-8000-${n.toString(16).padStart(12, '0')}`
}

export const ada = signIn(0, 'ada@example.com', 'selvage-ada-1', 'customer')
export const grace = signIn(1, 'grace@example.com', 'selvage-grace-1', 'staff')
export const linus = signIn(2, 'linus@example.com', 'selvage-linus-1', 'admin')
/** A second customer, with a password in `small` only. */
export const bob = signIn(3, 'bob@example.com', 'selvage-bob-1', 'customer')

const sizes = {
  small: { users: 6, products: 40, offShelf: 4, tags: 12, orders: 30, reviews: 40 },
  large: { users: 1_000, products: 10_000, offShelf: 500, tags: 200, orders: 20_000, reviews: 20_000 },
} as const
type Counts = (typeof sizes)[SeedSize]

/** Deterministic: the same rows, ids and times on every run. */
export default function seed(size: SeedSize): Seed {
  const counts = sizes[size]
  const random = mulberry32(20250101)
  const tree = size === 'small' ? smallTree : largeTree()
  const productRows = makeProducts(counts, leavesOf(tree), random)
  const { orderRows, itemRows } = makeOrders(counts, productRows, random)
  return {
    users: makeUsers(size),
    rows: [
      rowsOf(users, makeProfiles(counts)),
      rowsOf(categories, makeCategories(tree)),
      rowsOf(tags, makeTags(counts)),
      rowsOf(products, productRows),
      rowsOf(product_tags, makeProductTags(counts)),
      rowsOf(orders, orderRows),
      rowsOf(order_items, itemRows),
      rowsOf(reviews, makeReviews(counts, random)),
    ],
  }
}

/** Ties the values to the columns of their table, which `SeedRows` by itself does not. */
function rowsOf<T extends SQLiteTable>(table: T, values: readonly T['$inferInsert'][]): SeedRows {
  return { table, values }
}

function signIn(n: number, email: string, password: string, role: string) {
  return { id: seedId('user', n), email, password, role } satisfies SeedUser
}

function makeUsers(size: SeedSize): SeedUser[] {
  const known = [ada, grace, linus, size === 'small' ? bob : { ...bob, password: null }]
  return range(sizes[size].users).map(
    (n) =>
      known[n] ?? { id: seedId('user', n), email: `user${n}@example.com`, password: null, role: 'customer' },
  )
}

const givenNames = ['Ada', 'Grace', 'Linus', 'Bob', 'Zoë', 'Søren', 'Mei', 'Chidi', 'Íñigo', 'Olena'] as const
const countries = ['GB', 'US', 'FI', null, 'FR', 'DK', 'CN', 'NG', 'ES', 'UA'] as const

function displayName(n: number): string {
  return `${pick(givenNames, n)}${n < 10 ? '' : ` ${n}`}`
}

function makeProfiles(counts: Counts) {
  return range(counts.users).map((n) => {
    return { id: seedId('user', n), display_name: displayName(n), country: pick(countries, n), ...at(n) }
  })
}

/** A category: its name, and the place of its parent in the same list. */
type Branch = readonly [name: string, parent: number | null]

const smallNames = ['Home', 'Books', 'Kitchen', 'Garden', 'Knives', 'Pots & pans', 'Novels', 'Coming soon']
const smallParents = [null, null, 0, 0, 2, 2, 1, 0] as const
const smallTree: readonly Branch[] = smallNames.map((name, n) => [name, pick(smallParents, n)])

/** 4 roots with 4 branches each and 5 leaves on each branch: 100 categories. */
function largeTree(): readonly Branch[] {
  return range(100).map((n) => {
    if (n < 4) return [`Department ${n}`, null]
    return n < 20 ? [`Aisle ${n}`, Math.floor((n - 4) / 4)] : [`Shelf ${n}`, 4 + Math.floor((n - 20) / 5)]
  })
}

/** The last one is not published. */
function makeCategories(tree: readonly Branch[]) {
  return tree.map(([name, parent], n) => ({
    id: seedId('category', n),
    parent_id: parent === null ? null : seedId('category', parent),
    name,
    published: n < tree.length - 1,
    ...at(n),
  }))
}

function leavesOf(tree: readonly Branch[]): readonly number[] {
  const parents = new Set(tree.map(([, parent]) => parent))
  return range(tree.length).filter((n) => !parents.has(n))
}

const words = ['new', 'sale', 'vegan', 'gift', 'café', 'crème brûlée', '100%', 'a,b', "O'Neill"] as const

function makeTags(counts: Counts) {
  return range(counts.tags).map((n) => {
    return { id: seedId('tag', n), name: words[n] ?? `tag ${n}`, published: n < counts.tags - 1, ...at(n) }
  })
}

const materials = ['steel', 'oak', 'cotton', 'glass', 'wool'] as const
const things = ['knife', 'pan', 'lamp', 'chair', 'novel', 'kettle', 'rug', 'vase'] as const
const colours = ['red', 'green', 'blue', 'black', null] as const

function makeProducts(counts: Counts, leaves: readonly number[], random: Random) {
  return range(counts.products).map((n) => {
    const price_cents = 199 + random(50_000)
    const material = pick(materials, random(5))
    const thing = pick(things, random(8))
    return {
      id: seedId('product', n),
      category_id: seedId('category', pick(leaves, n)),
      name: `${material} ${thing} ${n}`,
      description: `A ${thing} of ${material}${n % 3 === 0 ? ', made by hand in small series' : ''}.`,
      price_cents,
      cost_cents: Math.floor(price_cents * 0.6),
      stock: n % 7 === 0 ? 0 : random(200),
      attributes: {
        material,
        colour: pick(colours, n),
        weight_grams: 50 + random(5_000),
        sizes: n % 2 === 0 ? ['S', 'M', 'L'] : [],
        fragile: material === 'glass',
      },
      published: n < counts.products - counts.offShelf,
      ...at(n),
    }
  })
}

/** Two tags a product, never the same; the first product has the last tag, which is not published. */
function makeProductTags(counts: Counts) {
  return range(counts.products).flatMap((n) =>
    [n % counts.tags, (n * 7 + counts.tags - 1) % counts.tags].map((tag) => ({
      product_id: seedId('product', n),
      tag_id: seedId('tag', tag),
    })),
  )
}

const statuses = ['paid', 'shipped', 'shipped', 'draft', 'cancelled'] as const
const smallBuyers = [0, 3, 0, 4, 3, 0, 5] as const

/** `large`: 20 orders a user. `small`: 13 of ada, 9 of bob, 4 each of users 4 and 5. 1 to 5 items an order. */
function makeOrders(
  counts: Counts,
  productRows: readonly (typeof products.$inferInsert & { id: string })[],
  random: Random,
) {
  const itemRows: (typeof order_items.$inferInsert)[] = []
  const orderRows = range(counts.orders).map((n) => {
    const buyer = counts === sizes.small ? pick(smallBuyers, n) : n % counts.users
    // Moves on by one with each round of the users, so that the orders of one user differ.
    const turn = n + Math.floor(n / counts.users)
    const id = seedId('order', n)
    const first = random(counts.products)
    const items = range(1 + (turn % 5)).map((i) => {
      // A stride that shares no factor with the number of products: no product twice in one order.
      const { id: product_id, price_cents } = pick(productRows, first + i * 37)
      return { order_id: id, product_id, quantity: 1 + random(3), price_cents, ...at(n) }
    })
    for (const item of items) itemRows.push({ id: seedId('item', itemRows.length), ...item })
    return {
      id,
      user_id: seedId('user', buyer),
      status: pick(statuses, turn),
      total_cents: items.reduce((sum, item) => sum + item.quantity * item.price_cents, 0),
      note: turn % 4 === 0 ? `Leave it at door ${n}.` : null,
      ...at(n),
    }
  })
  return { orderRows, itemRows }
}

const opinions = ['Lovely.', 'Does what it says.', 'Broke within a week :(', 'Très bien ! 👍', ''] as const

/** Every tenth is not published; of `small`: 6 and 36 of ada, 16 of user 4, 26 of linus. */
function makeReviews(counts: Counts, random: Random) {
  return range(counts.reviews).map((n) => {
    const author = n % counts.users
    const round = Math.floor(n / counts.users)
    return {
      id: seedId('review', n),
      product_id: seedId('product', (author * 5 + round * 3) % counts.products),
      user_id: seedId('user', author),
      author_name: displayName(author),
      rating: 1 + random(5),
      body: pick(opinions, n),
      published: n % 10 !== 6,
      ...at(n),
    }
  })
}

type Random = (below: number) => number

/** A generator of 32 bits (Tommy Ettinger's Mulberry32): the seed of the seed. Not for secrets. */
function mulberry32(state: number): Random {
  let a = state
  return (below) => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** The nth row of a kind is made n minutes after noon of 1 January 2025. */
function at(n: number) {
  const created_at = new Date(Date.UTC(2025, 0, 1, 12, n))
  return { created_at, updated_at: created_at }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, n) => n)
}

/** The nth of a list that starts again when it ends. */
function pick<T>(list: readonly T[], n: number): T {
  const item = list[n % list.length]
  if (item === undefined) throw new RangeError('there is nothing to pick from')
  return item
}
