import { query } from './query.ts'

/** Copies in one statement. More would hold the write lock longer than the server allows. */
const copiesAtOnce = 5

/**
 * Grows `products` to about `rows` by copies of the rows that are there: the same categories, columns and indexes,
 * other ids and prices.
 */
export async function growProducts(
  databaseUrl: string,
  rows: number,
  progress: (done: number) => void,
): Promise<void> {
  const seeded = await countProducts(databaseUrl)
  const columns = (await query(databaseUrl, "select name from pragma_table_info('products')")).map((row) =>
    String(row.name),
  )
  const copies = Math.round(rows / seeded) - 1
  const values = columns.map((column) => {
    if (column === 'id') return "p.id || '-' || copy.n"
    // Spread, so that a page is not made of copies of one row.
    if (column === 'price_cents') return 'p.price_cents + copy.n * 7919 % 100000'
    return `p."${column}"`
  })
  for (let done = 0; done < copies; done += copiesAtOnce) {
    await query(
      databaseUrl,
      `with recursive copy(n) as (select ? union all select n + 1 from copy where n < ?)
       insert into products (${columns.map((column) => `"${column}"`).join(', ')})
       select ${values.join(', ')} from products p cross join copy where length(p.id) = 36`,
      [done + 1, Math.min(copies, done + copiesAtOnce)],
    )
    progress(seeded * (1 + Math.min(copies, done + copiesAtOnce)))
  }
}

export async function countProducts(databaseUrl: string): Promise<number> {
  const [row] = await query(databaseUrl, 'select count(*) as rows from products')
  return Number(row?.rows)
}
