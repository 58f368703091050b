import type { SupabaseClient } from '@supabase/supabase-js'
import { seedId } from '../../src/backend/seed.ts'

/** A way to ask, by its name, and what it finds. The tables are not told to the client: rows come as they come. */
export type Find = readonly [
  name: string,
  ask: (client: SupabaseClient) => PromiseLike<{ data: unknown; error: unknown }>,
  data: unknown,
]

const product = (n: number): string => seedId('product', n)
const first = [product(0), product(1), product(2), product(3)]

/** Every filter of the client, over the first products, categories or tags. */
export const filters: readonly Find[] = [
  ['eq', (c) => c.from('tags').select('name').eq('name', 'a,b'), [{ name: 'a,b' }]],
  [
    'neq',
    (c) => c.from('tags').select('name').in('name', ['new', 'sale']).neq('name', 'new'),
    [{ name: 'sale' }],
  ],
  [
    'in, with commas, quotes and accents',
    (c) => c.from('tags').select('name').in('name', ['a,b', "O'Neill", 'café', 'x"y']).order('name'),
    [{ name: "O'Neill" }, { name: 'a,b' }, { name: 'café' }],
  ],
  [
    'notIn',
    (c) => c.from('tags').select('name').in('name', ['new', 'sale', 'gift']).notIn('name', ['new', 'sale']),
    [{ name: 'gift' }],
  ],
  [
    'gt, gte, lt, lte',
    (c) =>
      c
        .from('categories')
        .select('name')
        .gt('name', 'Books')
        .gte('name', 'Garden')
        .lt('name', 'Novels')
        .lte('name', 'Kitchen')
        .order('name'),
    [{ name: 'Garden' }, { name: 'Home' }, { name: 'Kitchen' }],
  ],
  [
    'like',
    (c) => c.from('categories').select('name').like('name', 'K%').order('name'),
    [{ name: 'Kitchen' }, { name: 'Knives' }],
  ],
  ['ilike', (c) => c.from('categories').select('name').ilike('name', 'k%s'), [{ name: 'Knives' }]],
  [
    'likeAnyOf',
    (c) => c.from('categories').select('name').likeAnyOf('name', ['Kn%', 'B%']).order('name'),
    [{ name: 'Books' }, { name: 'Knives' }],
  ],
  [
    'ilikeAllOf',
    (c) => c.from('categories').select('name').ilikeAllOf('name', ['k%', '%n']),
    [{ name: 'Kitchen' }],
  ],
  [
    'is',
    (c) => c.from('categories').select('name').is('parent_id', null).order('name'),
    [{ name: 'Books' }, { name: 'Home' }],
  ],
  [
    'is true',
    (c) => c.from('categories').select('name').is('published', true).eq('name', 'Home'),
    [{ name: 'Home' }],
  ],
  [
    'not',
    (c) =>
      c
        .from('categories')
        .select('name')
        .not('parent_id', 'is', null)
        .not('name', 'in', '(Garden,Kitchen,Knives)')
        .order('name'),
    [{ name: 'Novels' }, { name: 'Pots & pans' }],
  ],
  [
    'or',
    (c) =>
      c
        .from('categories')
        .select('name')
        .or('name.eq.Home,and(name.like.B*,parent_id.is.null)')
        .order('name'),
    [{ name: 'Books' }, { name: 'Home' }],
  ],
  [
    'match',
    (c) => c.from('categories').select('name').match({ name: 'Pots & pans', published: true }),
    [{ name: 'Pots & pans' }],
  ],
  [
    'filter',
    (c) => c.from('categories').select('name').filter('name', 'match', '^K.*n$'),
    [{ name: 'Kitchen' }],
  ],
  [
    'a path into JSON',
    (c) =>
      c
        .from('products')
        .select('colour:attributes->>colour')
        .in('id', first)
        .eq('attributes->>colour', 'blue'),
    [{ colour: 'blue' }],
  ],
  [
    'contains an object',
    (c) => c.from('products').select('id').in('id', first).contains('attributes', { colour: 'green' }),
    [{ id: product(1) }],
  ],
  [
    'contains a list, in JSON',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .contains('attributes->sizes', JSON.stringify(['S']))
        .order('id'),
    [{ id: product(0) }, { id: product(2) }],
  ],
  [
    'overlaps',
    (c) =>
      c.from('products').select('id').in('id', first).overlaps('attributes->sizes', ['L', 'XL']).order('id'),
    [{ id: product(0) }, { id: product(2) }],
  ],
  [
    'textSearch',
    (c) =>
      c.from('products').select('id').in('id', first).textSearch('description', 'hand & series').order('id'),
    [{ id: product(0) }, { id: product(3) }],
  ],
  [
    'textSearch plain',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .textSearch('description', 'small series', { type: 'plain' })
        .order('id'),
    [{ id: product(0) }, { id: product(3) }],
  ],
  [
    'textSearch phrase',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .textSearch('description', 'series small', { type: 'phrase' }),
    [],
  ],
  [
    'textSearch websearch',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .textSearch('description', 'lamp or "small series"', { type: 'websearch' })
        .order('id'),
    [{ id: product(0) }, { id: product(3) }],
  ],
]
