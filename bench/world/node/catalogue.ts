import { query } from '../../data/query.ts'
import { type Random, shuffled } from '../random.ts'

/** What of the shop the world looks at, the most popular first. */
export interface Catalogue {
  readonly products: readonly string[]
  readonly categories: readonly string[]
  /** Starts again when it comes to the end. */
  productAt(place: number): string
}

/** Nobody may find a product sold out. */
export const initialStock = 1_000_000_000

/**
 * Of products that are shown, and of categories that have a page full of them. Their order is drawn. Nobody has written
 * a product yet, and none is sold out: what an earlier contender left is undone.
 */
export async function drawCatalogue(
  databaseUrl: string,
  wanted: { readonly products: number; readonly categories: number },
  random: Random,
): Promise<Catalogue> {
  const texts = async (sql: string) => (await query(databaseUrl, sql)).map((row) => String(row[0]))
  const all = await texts('select id from products where published = 1 order by id')
  const products = shuffled(random, all).slice(0, wanted.products)
  const shown = await texts(
    `select category_id from products where published = 1
     group by category_id having count(*) >= 20 order by category_id`,
  )
  const categories = shuffled(random, shown).slice(0, wanted.categories)
  if (products.length < wanted.products || categories.length === 0)
    throw new RangeError('the data set is too thin')
  await query(databaseUrl, "update products set stock = ?, description = ''", [initialStock])
  return {
    products,
    categories,
    productAt(place) {
      const id = products[place % products.length]
      if (id === undefined) throw new RangeError(`there is no product at ${place}`)
      return id
    },
  }
}

/** A description that staff writes: which version of the product it is. */
export function descriptionOf(version: number): string {
  return `Version ${version} of this product.`
}

/** 0 of a description that is the seed's. */
export function versionIn(description: string): number {
  return Number(/^Version (\d+) of this product\.$/.exec(description)?.[1] ?? 0)
}
