import type { Row, Way, Who, World } from '../oracle/world.ts'

const isStaff = (who: Who) => who.kind === 'user' && ['staff', 'admin'].includes(who.role)
const isMine = (row: Row, column: string, who: Who) => who.kind === 'user' && row[column] === who.id
const isPublished = (row: Row) => row.published === 1n
const signedIn = (who: Who) => who.kind === 'user'

const times = { created_at: 'milliseconds', updated_at: 'milliseconds' } as const

const tables: World['tables'] = {
  users: {
    sqlName: 'users',
    key: ['id'],
    columns: { id: 'text', display_name: 'text', country: 'text', ...times },
    exists: signedIn,
    sees: (row, who) => isStaff(who) || isMine(row, 'id', who),
  },
  categories: {
    sqlName: 'categories',
    key: ['id'],
    columns: { id: 'text', parent_id: 'text', name: 'text', published: 'boolean', ...times },
    sees: (row, who) => isStaff(who) || isPublished(row),
  },
  products: {
    sqlName: 'products',
    key: ['id'],
    columns: {
      id: 'text',
      category_id: 'text',
      name: 'text',
      description: 'text',
      price_cents: 'integer',
      cost_cents: 'integer',
      stock: 'integer',
      attributes: 'json',
      published: 'boolean',
      ...times,
    },
    sees: (row, who) => isStaff(who) || isPublished(row),
    fields: { cost_cents: isStaff },
    search: ['name', 'description'],
    paths: [
      { column: 'attributes', steps: ['material'], type: 'text' },
      { column: 'attributes', steps: ['colour'], type: 'text' },
      { column: 'attributes', steps: ['weight_grams'], type: 'number' },
      { column: 'attributes', steps: ['fragile'], type: 'boolean' },
      { column: 'attributes', steps: ['sizes'] },
      { column: 'attributes', steps: ['sizes', 0], type: 'text' },
      { column: 'attributes', steps: ['sizes', -1], type: 'text' },
      { column: 'attributes', steps: ['missing', 'deeper'] },
    ],
  },
  tags: {
    sqlName: 'tags',
    key: ['id'],
    columns: { id: 'text', name: 'text', published: 'boolean', ...times },
    sees: (row, who) => isStaff(who) || isPublished(row),
  },
  product_tags: {
    sqlName: 'product_tags',
    key: ['product_id', 'tag_id'],
    columns: { product_id: 'text', tag_id: 'text' },
    sees: (row, who, data) => {
      const published = (table: string, id: unknown) =>
        data.get(table)?.some((other) => other.id === id && isPublished(other)) === true
      return isStaff(who) || (published('products', row.product_id) && published('tags', row.tag_id))
    },
  },
  orders: {
    sqlName: 'orders',
    key: ['id'],
    columns: {
      id: 'text',
      user_id: 'text',
      status: 'text',
      total_cents: 'integer',
      note: 'text',
      ...times,
    },
    exists: signedIn,
    sees: (row, who) => isStaff(who) || isMine(row, 'user_id', who),
  },
  order_items: {
    sqlName: 'order_items',
    key: ['id'],
    columns: {
      id: 'text',
      order_id: 'text',
      product_id: 'text',
      quantity: 'integer',
      price_cents: 'integer',
      ...times,
    },
    exists: signedIn,
    sees: (row, who, data) =>
      isStaff(who) ||
      data.get('orders')?.some((order) => order.id === row.order_id && isMine(order, 'user_id', who)) ===
        true,
  },
  reviews: {
    sqlName: 'reviews',
    key: ['id'],
    columns: {
      id: 'text',
      product_id: 'text',
      user_id: 'text',
      author_name: 'text',
      rating: 'integer',
      body: 'text',
      published: 'boolean',
      ...times,
    },
    unnamed: ['deleted_at'],
    lives: (row) => row.deleted_at === null,
    sees: (row, who) => isStaff(who) || isPublished(row) || isMine(row, 'user_id', who),
    search: ['body'],
  },
}

const one = (from: string, name: string, key: string, to: string): Way => ({
  from,
  name,
  to,
  toOne: true,
  near: [[key, 'id']],
})
const many = (from: string, to: string, key: string): Way => ({
  from,
  name: to,
  to,
  toOne: false,
  near: [['id', key]],
})
const tagged = (from: string, to: string, near: string, far: string): Way => ({
  from,
  name: to,
  to,
  toOne: false,
  near: [['id', near]],
  through: { table: 'product_tags', far: [[far, 'id']] },
})

export const shop: World = {
  tables,
  ways: [
    many('users', 'orders', 'user_id'),
    many('users', 'reviews', 'user_id'),
    one('categories', 'parent', 'parent_id', 'categories'),
    one('categories', 'parent_id', 'parent_id', 'categories'),
    many('categories', 'categories', 'parent_id'),
    many('categories', 'products', 'category_id'),
    one('products', 'category', 'category_id', 'categories'),
    one('products', 'categories', 'category_id', 'categories'),
    many('products', 'order_items', 'product_id'),
    many('products', 'reviews', 'product_id'),
    many('products', 'product_tags', 'product_id'),
    tagged('products', 'tags', 'product_id', 'tag_id'),
    tagged('tags', 'products', 'tag_id', 'product_id'),
    { ...tagged('tags', 'products', 'tag_id', 'product_id'), hint: 'product_tags' },
    many('tags', 'product_tags', 'tag_id'),
    one('product_tags', 'products', 'product_id', 'products'),
    one('product_tags', 'tag_id', 'tag_id', 'tags'),
    one('orders', 'customer', 'user_id', 'users'),
    one('orders', 'users', 'user_id', 'users'),
    many('orders', 'order_items', 'order_id'),
    one('order_items', 'order', 'order_id', 'orders'),
    one('order_items', 'product', 'product_id', 'products'),
    one('order_items', 'products', 'product_id', 'products'),
    one('reviews', 'product', 'product_id', 'products'),
    one('reviews', 'author', 'user_id', 'users'),
    one('reviews', 'user_id', 'user_id', 'users'),
  ],
}
