import { ada, bob, seedId } from '../../../../src/backend/seed.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'

const id = 'review-of-a-test'
const url = '/rest/v1/reviews'
const item = `${url}/${id}`
const review = {
  id,
  user_id: ada.id,
  product_id: seedId('product', 38),
  author_name: 'A.',
  rating: 1,
  body: 'unmistakable gadgetry',
}
const absent = { status: 404, contains: ['"code":"NOT_FOUND"'], trips: 1 }
const representation = { prefer: 'return=representation' }
const unread = ['anon', 'ada', 'grace', 'service'].map(
  (as): Scenario => ({ name: `${as} does not read it`, as, url: item, ...absent }),
)

scenarios('a review is deleted by its author, and stays for nobody', [
  { name: 'it is written', as: 'service', url, body: review, status: 201, trips: 1 },
  {
    name: 'a second one is refused',
    as: 'service',
    url,
    body: { ...review, id: 'another' },
    status: 409,
    contains: ['"code":"23505"', 'Key (user_id, product_id) already exists.'],
    trips: 1,
  },
  { name: 'another customer cannot delete it', as: 'bob', method: 'DELETE', url: item, ...absent },
  { name: 'its author reads it', as: 'ada', url: `${item}?select=id`, status: 200, json: { id }, trips: 1 },
  {
    name: 'its author deletes it, and is shown it as it was',
    as: 'ada',
    method: 'DELETE',
    url: `${item}?select=id,product(id)`,
    headers: representation,
    status: 200,
    json: { id, product: null },
    trips: 1,
  },
  ...unread,
  {
    name: 'no search finds it',
    as: 'grace',
    url: `${url}?body=fts.gadgetry`,
    status: 200,
    json: [],
    trips: 1,
  },
  {
    name: 'it is under no product',
    as: 'grace',
    url: `/rest/v1/products/${review.product_id}?select=reviews(count())&reviews.id=eq.${id}`,
    status: 200,
    json: { reviews: [{ count: 0 }] },
    trips: 1,
  },
  { name: 'it cannot be deleted twice', as: 'ada', method: 'DELETE', url: item, ...absent },
  { name: 'nor changed', as: 'service', method: 'PATCH', url: item, body: { user_id: bob.id }, ...absent },
  {
    name: 'nor written over',
    as: 'service',
    method: 'PUT',
    url: item,
    body: review,
    status: 409,
    contains: ['Key (id) already exists.'],
    trips: 1,
  },
  {
    name: 'a new one may come',
    as: 'service',
    url,
    body: { ...review, id: `${id}-2` },
    status: 201,
    trips: 1,
  },
  { name: 'staff delete that one', as: 'grace', method: 'DELETE', url: `${item}-2`, status: 204, trips: 1 },
])
