/** What the author of a shop would write. That customers see published products only is part of each query. */

const listed = 'id, name, description, price_cents, stock, published, created_at'

export const itemSql = `select ${listed}, category_id, attributes, updated_at
from products where id = ? and published = 1`

export const listSql = `select ${listed}
from products where category_id = ? and published = 1 order by price_cents limit 20`

const items = `(
  select json_group_array(json_object(
    'id', i.id, 'quantity', i.quantity, 'price_cents', i.price_cents,
    'products', case when p.id is not null then json_object('id', p.id, 'name', p.name) end))
  from order_items i left join products p on p.id = i.product_id and p.published = 1
  where i.order_id = o.id
) as order_items`

const ownOrders = `from orders o where o.user_id = ? order by o.created_at desc limit 20`

export const ordersSql = `select o.id, o.status, o.total_cents, o.created_at, ${items} ${ownOrders}`

export const ordersCountedSql = `select o.id, o.status, o.total_cents, o.created_at, ${items},
(select count(*) from orders where user_id = ?) as total ${ownOrders}`
