/** SQL that writes the body itself: JSON by SQLite's functions, instants as ISO 8601. One parameter each. */

const iso = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`

const listed = `'id', id, 'name', name, 'description', description, 'price_cents', price_cents, 'stock', stock,
'published', json(iif(published, 'true', 'false')), 'created_at', ${iso('created_at')}`

export const itemSql = `select json_object(${listed}, 'category_id', category_id, 'attributes', json(attributes),
'updated_at', ${iso('updated_at')}) from products where id = ?1 and published = 1`

export const listSql = `select json_group_array(json_object(${listed})) from (
select * from products where category_id = ?1 and published = 1 order by price_cents limit 20)`

const orders = `json_group_array(json_object('id', o.id, 'status', o.status, 'total_cents', o.total_cents,
'created_at', ${iso('o.created_at')}, 'order_items', (
  select json_group_array(json_object(
    'id', i.id, 'quantity', i.quantity, 'price_cents', i.price_cents,
    'products', case when p.id is not null then json_object('id', p.id, 'name', p.name) end))
  from order_items i left join products p on p.id = i.product_id and p.published = 1
  where i.order_id = o.id)))`

const ownOrders = `from (select * from orders where user_id = ?1 order by created_at desc limit 20) o`

export const ordersSql = `select ${orders} ${ownOrders}`

export const ordersCountedSql = `select ${orders}, (select count(*) from orders where user_id = ?1) ${ownOrders}`
