import { backend, type NewUser } from '../index.ts'
import categories from './categories.ts'
import orderItems from './order_items.ts'
import orders from './orders.ts'
import { cancel_order } from './procedures/cancel_order.ts'
import { checkout } from './procedures/checkout.ts'
import products from './products.ts'
import reviews from './reviews.ts'
import tags, { productTags } from './tags.ts'
import users, { users as usersTable } from './users.ts'

const displayNameMaxLength = 80

export default backend({
  name: 'Selvage shop',
  description: 'A shop: products in a tree of categories, orders, reviews and tags.',
  roles: { customer: [], staff: ['customer'], admin: ['staff'] },
  defaultRole: 'customer',
  procedures: { checkout, cancel_order },
  resources: [users, categories, products, orders, orderItems, reviews, tags, productTags],
  profile: {
    table: usersTable,
    values: ({ id, data }) => ({ id, display_name: displayName(data.display_name) }),
  },
})

/**
 * What the client sent is unchecked. The default is a word and not the local part of the e-mail address, which is
 * nobody's business. Control characters go: SQLite's `length` stops at a NUL.
 */
function displayName(given: NewUser['data'][string]): string {
  if (typeof given !== 'string') return 'Customer'
  const clean = given.toWellFormed().replace(/\p{Cc}+/gu, ' ')
  return Array.from(clean).slice(0, displayNameMaxLength).join('').trim() || 'Customer'
}
