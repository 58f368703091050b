import { setTimeout as sleep } from 'node:timers/promises'
import { uuidv7 } from '../../../src/base/id.ts'
import type { Outcome } from '../check/checker.ts'
import { productName, salesName } from '../check/names.ts'
import { descriptionOf } from '../node/catalogue.ts'
import { type Note, orderName } from '../node/people.ts'
import { type Answer, ask, type Client, type Scene } from './client.ts'
import { readItem, readOwn } from './reads.ts'
import { changeOrder, changeProduct, checkout, createOrder, introduceProduct, signIn } from './requests.ts'
import type { Ask } from './wire.ts'

/** A new order; then the client looks at its orders. */
export async function makeOrder(scene: Scene, client: Client): Promise<void> {
  const note = nextNote(client)
  await written(scene, client, note, createOrder(note), idIn)
  await readOwn(scene, client, 'own after write')
}

/** The note of a draft, written over; then the client looks at its orders. */
export async function rewriteOrder(scene: Scene, client: Client): Promise<void> {
  const own = client.orders.findLast(({ id }) => id !== null)
  if (own === undefined || own.id === null || client.person === null) return makeOrder(scene, client)
  const note = { number: client.person.number, order: own.order, version: own.version + 1 }
  const { id } = own
  // It is the last one written from now on, and of what is last written it has to be among the first.
  client.orders.splice(client.orders.indexOf(own), 1)
  await written(scene, client, note, changeOrder(id, note), () => id)
  await readOwn(scene, client, 'own after write')
}

/** One piece is bought; then the client looks at what is left of it, and at its orders. */
export async function buy(scene: Scene, client: Client, product: string): Promise<void> {
  const note = nextNote(client)
  const settle = scene.tally.add(client.name, salesName(product))
  const outcome = await written(scene, client, note, checkout(product, note), () => null)
  settle(outcome)
  await readItem(scene, client, product, { kind: 'own after write' })
  await readOwn(scene, client, 'own after write')
}

/** What staff have written of products. */
export interface Shelf {
  readonly versions: Map<string, number>
  /** Nobody knows what became of their last change: a late one could still come. */
  readonly leftAlone: Set<string>
}

/** A product gets another description; then the one who wrote it looks at it. */
export async function describe(scene: Scene, staff: Client, shelf: Shelf, product: string): Promise<void> {
  if (shelf.leftAlone.has(product)) return
  const version = (shelf.versions.get(product) ?? 0) + 1
  shelf.versions.set(product, version)
  await change(scene, staff, shelf, {
    product,
    version,
    request: changeProduct(product, descriptionOf(version)),
  })
}

/** A product is asked for before it is there, by two, and then made: the 404 must not stay. */
export async function introduce(
  scene: Scene,
  staff: Client,
  other: Client,
  shelf: Shelf,
  category: string,
): Promise<void> {
  const product = uuidv7()
  await readItem(scene, other, product, { isThere: false })
  await readItem(scene, staff, product, { isThere: false })
  const request = introduceProduct(product, category, descriptionOf(1))
  await change(scene, staff, shelf, { product, version: 1, request })
}

/** A new session, with which the client goes on. */
export async function signInAgain(scene: Scene, client: Client): Promise<void> {
  if (client.person === null) return
  const answer = await ask(scene, client, 'sign-in', signIn(client.person))
  if (answer === null) return
  const token = memberOf(answer.body, 'access_token')
  if (token !== null) client.token = token
  await readOwn(scene, client, 'own')
}

async function change(
  scene: Scene,
  staff: Client,
  shelf: Shelf,
  {
    product,
    version,
    request,
  }: { readonly product: string; readonly version: number; readonly request: Ask },
): Promise<void> {
  const settle = scene.checker.write({ by: staff.name, object: productName(product), version })
  const { outcome, answer } = await send(scene, staff, request)
  settle(outcome, performance.now(), howWritten(answer))
  if (outcome === 'unknown') shelf.leftAlone.add(product)
  await readItem(scene, staff, product, { kind: 'own after write', isThere: outcome === 'done' })
}

/** @param idOf of the answer's body: by which id the order may be written again */
async function written(
  scene: Scene,
  client: Client,
  note: Note,
  request: Ask,
  idOf: (body: unknown) => string | null,
): Promise<Outcome> {
  const own = { order: note.order, id: null as string | null, version: note.version }
  const settle = scene.checker.write({ by: client.name, object: orderName(note), version: note.version })
  const { outcome, answer } = await send(scene, client, request)
  settle(outcome, performance.now(), howWritten(answer))
  own.id = answer === null ? null : idOf(answer.body)
  client.orders.push(own)
  if (client.orders.length > keptOrders) client.orders.shift()
  return outcome
}

/** More than are looked for in a list. */
const keptOrders = 16

const tries = 7
const firstPauseMilliseconds = 200

/**
 * A write is sent again, under the same `Idempotency-Key`, until somebody says what became of it: else a late one could
 * be done after the one that follows it.
 */
async function send(
  scene: Scene,
  client: Client,
  request: Ask,
): Promise<{ readonly outcome: Outcome; readonly answer: Answer | null }> {
  const headers = { ...request.headers, 'idempotency-key': uuidv7() }
  for (let tried = 0; tried < tries; tried += 1) {
    if (tried > 0) await sleep(firstPauseMilliseconds * 2 ** (tried - 1))
    // 409: the first try still runs.
    const expected = [200, 201, ...(tried > 0 ? [409] : [])]
    const answer = await ask(scene, client, 'write', { ...request, headers }, { expected })
    if (answer !== null && answer.heard.status !== 409) return { outcome: 'done', answer }
  }
  return { outcome: 'unknown', answer: null }
}

/** For the one who looks for the reason of a violation. */
function howWritten(answer: Answer | null): string {
  if (answer === null) return ''
  const { header } = answer.heard
  const replayed = header('idempotency-replayed') === null ? 'at once' : 'as was told when asked again'
  return `(${replayed}, ${header('selvage-bookmark') === null ? 'without' : 'with'} a bookmark)`
}

function nextNote(client: Client): Note {
  client.made += 1
  return { number: client.person?.number ?? -1, order: client.made, version: 1 }
}

function idIn(body: unknown): string | null {
  return Array.isArray(body) ? memberOf(body[0], 'id') : null
}

function memberOf(body: unknown, name: string): string | null {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : null
  return typeof value === 'string' ? value : null
}
