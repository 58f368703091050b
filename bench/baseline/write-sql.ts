/** Writes as the author of a shop would send them. Checks and keys of the tables refuse what must not be. */

const columns = 'id, user_id, note, created_at, updated_at'
const row = '(?, ?, ?, ?, ?)'

export const insertOrderSql = `insert into orders (${columns}) values ${row}`

const shown = 'id, user_id, status, total_cents, note, created_at, updated_at'

export const insertOrderReturningSql = `${insertOrderSql} returning ${shown}`

export const insertOrdersSql = (count: number) =>
  `insert into orders (${columns}) values ${Array.from({ length: count }, () => row).join(', ')}`

const line = "json_each(?1) as line join products p on p.id = line.value ->> 'product_id' and p.published"

/** ?1 is the lines of the cart as JSON, ?2 the id, ?3 the user, ?4 the note, ?5 now. */
export const checkoutOrderSql = `insert into orders (id, user_id, status, total_cents, note, created_at, updated_at)
select ?2, ?3, 'paid', (select sum(p.price_cents * (line.value ->> 'quantity')) from ${line}), ?4, ?5, ?5
returning ${shown}`

/** ?2 is the order, ?3 now. A product that is not sold has no price, which the column refuses. */
export const checkoutItemsSql = `insert into order_items
(id, order_id, product_id, quantity, price_cents, created_at, updated_at)
select line.value ->> 'id', ?2, line.value ->> 'product_id', line.value ->> 'quantity', p.price_cents, ?3, ?3
from json_each(?1) as line left join products p on p.id = line.value ->> 'product_id' and p.published`

/** ?2 is now. The column refuses less than nothing. */
export const checkoutStockSql = `update products set updated_at = max(?2, updated_at + 1), stock = stock - line.quantity
from (select value ->> 'product_id' as product_id, value ->> 'quantity' as quantity from json_each(?1)) as line
where id = line.product_id`
