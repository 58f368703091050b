import { productName, salesName } from '../check/names.ts'
import { initialStock, versionIn } from '../node/catalogue.ts'
import { noteIn, orderName } from '../node/people.ts'
import { type Answer, ask, type Client, type Scene, viaOf } from './client.ts'
import { item, order, ownLimit, ownOrders, page, reviewsOf } from './requests.ts'
import type { Kind } from './samples.ts'

/** What clients read, and what must hold of it. */
export async function readPage(scene: Scene, client: Client, category: string): Promise<void> {
  const request = page(category)
  const answer = await ask(scene, client, 'page', request)
  if (answer !== null) checkProducts(scene, client, rowsIn(answer.body), answer, viaOf(request, answer))
}

/** `isThere`: whether the product was there before the client asked for it. */
export async function readItem(
  scene: Scene,
  client: Client,
  product: string,
  { kind = 'item', isThere = true }: { readonly kind?: Kind; readonly isThere?: boolean } = {},
): Promise<void> {
  const request = item(product)
  const answer = await ask(scene, client, kind, request, { expected: isThere ? [200] : [200, 404] })
  if (answer === null) return
  const { heard, askedAt, promise } = answer
  const via = viaOf(request, answer)
  if (heard.status === 200) return checkProducts(scene, client, rowsIn([answer.body]), answer, via)
  const object = productName(product)
  scene.checker.read({ by: client.name, object, version: 0, askedAt, promise, via })
}

/** Those of others that are not published are searched for, as in every answer. */
export async function readReviews(scene: Scene, client: Client, product: string): Promise<void> {
  await ask(scene, client, 'reviews', reviewsOf(product))
}

/** What the client wrote must be there. `doors`: of another data centre, when the client has travelled. */
export async function readOwn(
  scene: Scene,
  client: Client,
  kind: 'own' | 'own after write',
  doors: readonly number[] = client.doors,
): Promise<void> {
  const answer = await ask(scene, client, kind, ownOrders, { doors })
  if (answer === null || client.person === null) return
  const { number } = client.person
  const seen = new Map<number, number>()
  for (const row of rowsIn(answer.body)) {
    const note = noteIn(String(row.note))
    if (note !== null && note.number === number) seen.set(note.order, note.version)
  }
  // Of many orders the last ones are answered: those that were written last have to be among them.
  const last = client.orders.slice(-recentOrders).map((own) => own.order)
  for (const own of new Set([...seen.keys(), ...last])) {
    scene.checker.read({
      by: client.name,
      object: orderName({ number, order: own }),
      version: seen.get(own) ?? 0,
      askedAt: answer.askedAt,
      promise: answer.promise,
      via: viaOf(ownOrders, answer),
    })
  }
}

/** Somebody asks for an order of somebody else. */
export async function probe(scene: Scene, client: Client, orderId: string): Promise<void> {
  await ask(scene, client, 'probe', order(orderId), { expected: [401, 403, 404] })
}

/** Fewer than are answered: some of a client's writes may be done without it knowing. */
const recentOrders = ownLimit / 4

type Row = Readonly<Record<string, unknown>>

function checkProducts(
  scene: Scene,
  client: Client,
  rows: readonly Row[],
  { askedAt, promise }: Answer,
  via: string,
): void {
  for (const { id, description, stock } of rows) {
    const name = productName(String(id))
    const version = versionIn(String(description))
    const age = scene.checker.read({ by: client.name, object: name, version, askedAt, promise, via })
    scene.samples.addAge(age)
    // What was introduced meanwhile has no stock at all.
    if (Number(stock) > 0) scene.tally.read(client.name, salesName(String(id)), initialStock - Number(stock))
  }
}

function rowsIn(body: unknown): readonly Row[] {
  return Array.isArray(body) ? body : []
}
