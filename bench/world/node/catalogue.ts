import { query } from '../../data/query.ts'
import type { Random } from '../random.ts'

/** What of the shop the world looks at, the most popular first. */
export interface Catalogue {
  readonly products: readonly string[]
  readonly categories: readonly string[]
  /** Starts again when it comes to the end. */
  productAt(place: number): string
}

/** Nobody may find a product sold out. */
export const initialStock = 1_000_000_000

/** Of products that are shown, and of categories that have a page full of them. Their order is drawn. */
export async function drawCatalogue(
  databaseUrl: string,
  wanted: { readonly products: number; readonly categories: number },
  random: Random,
): Promise<Catalogue> {
  const texts = async (sql: string) => (await query(databaseUrl, sql)).map((row) => String(row[0]))
  const all = await texts('select id from products where published = 1 order by id')
  const products = shuffled(all, random).slice(0, wanted.products)
  const shown = await texts(
    `select category_id from products where published = 1
     group by category_id having count(*) >= 20 order by category_id`,
  )
  const categories = shuffled(shown, random).slice(0, wanted.categories)
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

/** Fisher and Yates's. */
function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  const result = [...list]
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    const [a, b] = [result[at], result[other]]
    if (a !== undefined && b !== undefined) [result[at], result[other]] = [b, a]
  }
  return result
}

/** A description that staff writes: which version of the product it is. */
export function descriptionOf(version: number): string {
  return `Version ${version} of this product.`
}

/** 0 of a description that is the seed's. */
export function versionIn(description: string): number {
  return Number(/^Version (\d+) of this product\.$/.exec(description)?.[1] ?? 0)
}
