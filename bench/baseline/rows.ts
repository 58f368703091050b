import type { Row } from '@libsql/client/web'
import { timestamp } from './environment.ts'

/** A product as it is answered alone. */
export function product(row: Row) {
  return {
    ...listedProduct(row),
    category_id: row.category_id,
    attributes: JSON.parse(String(row.attributes)),
    updated_at: timestamp(row.updated_at),
  }
}

/** The same in a list. */
export function listedProduct(row: Row) {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    price_cents: row.price_cents,
    stock: row.stock,
    published: row.published === 1,
    created_at: timestamp(row.created_at),
  }
}
