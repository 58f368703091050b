import { seedId } from '../../src/backend/seed.ts'
import type { Find } from './filters.ts'

const product = (n: number): string => seedId('product', n)

/** Pages, aliases, embeds, spreads and aggregates. */
export const shapes: readonly Find[] = [
  [
    'range',
    (c) => c.from('tags').select('name').order('id').range(1, 2),
    [{ name: 'sale' }, { name: 'vegan' }],
  ],
  [
    'order, limit',
    (c) =>
      c
        .from('categories')
        .select('parent_id,name')
        .order('parent_id', { ascending: false, nullsFirst: true })
        .order('name', { ascending: false })
        .limit(1),
    [{ parent_id: null, name: 'Home' }],
  ],
  [
    'an alias and a cast',
    (c) => c.from('tags').select('label:name,published::text').eq('name', 'new'),
    [{ label: 'new', published: 'true' }],
  ],
  [
    'embeds: to one, nested',
    (c) => c.from('categories').select('name,parent(name,parent(name))').eq('name', 'Knives'),
    [{ name: 'Knives', parent: { name: 'Kitchen', parent: { name: 'Home' } } }],
  ],
  [
    'embeds: many to many, ordered and cut',
    (c) =>
      c
        .from('products')
        .select('tags(name)')
        .eq('id', product(1))
        .order('name', { referencedTable: 'tags' })
        .limit(1, { referencedTable: 'tags' }),
    [{ tags: [{ name: '100%' }] }],
  ],
  [
    'embeds: inner, filtered',
    (c) => c.from('products').select('category!inner(name)').eq('category.name', 'Novels').limit(1),
    [{ category: { name: 'Novels' } }],
  ],
  [
    'embeds: or',
    (c) =>
      c
        .from('categories')
        .select('name,categories(name)')
        .eq('name', 'Home')
        .or('name.eq.Garden,name.eq.none', { referencedTable: 'categories' }),
    [{ name: 'Home', categories: [{ name: 'Garden' }] }],
  ],
  [
    'embeds: order by one',
    (c) =>
      c
        .from('categories')
        .select('name,parent(name)')
        .not('parent_id', 'is', null)
        .order('parent(name)', { ascending: false })
        .order('name')
        .limit(2),
    [
      { name: 'Knives', parent: { name: 'Kitchen' } },
      { name: 'Pots & pans', parent: { name: 'Kitchen' } },
    ],
  ],
  [
    'a spread',
    (c) => c.from('categories').select('name,...parent(above:name)').eq('name', 'Knives'),
    [{ name: 'Knives', above: 'Kitchen' }],
  ],
  [
    'aggregates',
    (c) => c.from('categories').select('name,categories(count())').eq('name', 'Home'),
    [{ name: 'Home', categories: [{ count: 2 }] }],
  ],
]
