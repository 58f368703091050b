import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { query } from '../data/query.ts'
import { type Connection, openConnection } from '../load/connection.ts'
import { aNewId } from '../load/order.ts'
import type { Counts } from '../measure/rounds.ts'
import { AnswersDiffer } from '../measure/verify.ts'
import { noteOf, quantities, type Writer, type WriteTask, writers } from './tasks.ts'

/** A checkpoint refuses writers for less than this, in milliseconds. */
const busyAtMost = 10_000
const busyPause = 100

/** What was answered, in so far as rows come of it. */
export type Written = Pick<Counts, 'served' | 'failed'>

interface Answered {
  readonly status: number
  readonly answer: unknown
  /** How many times 503 came before it. */
  readonly failed: number
}

/**
 * Sends each task once to each writer, and what must be refused: the answers must be equal but for ids and times. What
 * is answered 503 is sent again, as it counts nowhere where it is measured.
 * @throws AnswersDiffer
 */
export async function verifyWriteAnswers(
  task: WriteTask,
  ports: Readonly<Record<Writer, number>>,
): Promise<ReadonlyMap<Writer, Written>> {
  const answered = await Promise.all(writers.map((writer) => answersOf(task, writer, ports[writer])))
  const [expected, ...others] = answered.map((answers) =>
    answers.map(({ status, answer }) => ({ status, answer })),
  )
  others.forEach((answers, index) => {
    if (isDeepStrictEqual(answers, expected)) return
    throw new AnswersDiffer(
      `${task.name}: ${writers[0]} and ${writers[index + 1]} answer differently\n` +
        `${JSON.stringify(expected)}\n${JSON.stringify(answers)}`,
    )
  })
  return new Map(
    writers.map((writer, index) => [writer, { served: 1, failed: answered[index]?.[0]?.failed ?? 0 }]),
  )
}

async function answersOf(task: WriteTask, writer: Writer, port: number): Promise<readonly Answered[]> {
  const connection = await openConnection(port)
  try {
    const served = await answerOf(connection, task.requests[writer][0] ?? '')
    if (task.refused === null) return [served]
    const refused = await answerOf(connection, task.refused[writer])
    if (refused.status !== 409)
      throw new AnswersDiffer(`${task.name}: ${writer} answers ${refused.status} and does not refuse`)
    return [served, refused]
  } finally {
    connection.close()
  }
}

async function answerOf(connection: Connection, request: string): Promise<Answered> {
  const until = performance.now() + busyAtMost
  for (let failed = 0; ; failed += 1) {
    const sent = Buffer.from(request.replace(aNewId, crypto.randomUUID()))
    const { status, body } = await connection.send(sent)
    if (status !== 503 || performance.now() > until)
      return { status, answer: comparable(status, body.toString()), failed }
    await sleep(busyPause)
  }
}

/** Of ids and times it is compared that they are there, and of notes that they are the writer's own. */
function comparable(status: number, text: string): unknown {
  const differing = ['id', 'created_at', 'updated_at', 'note']
  if (status >= 300 || text === '') return null
  return JSON.parse(text, (key, value: unknown) => (differing.includes(key) ? typeof value : value))
}

/** @throws AnswersDiffer where what lies in the tables is not what was answered */
export async function verifyWritten(
  databaseUrl: string,
  task: WriteTask,
  writer: Writer,
  { served, failed }: Written,
): Promise<void> {
  const [found] = await query(
    databaseUrl,
    `select count(*) as orders, coalesce(sum(items), 0) as items, sum(total_cents = cents) as right from (
       select o.total_cents, count(i.id) as items, coalesce(sum(i.quantity * i.price_cents), 0) as cents
       from orders o left join order_items i on i.order_id = o.id where o.note glob ? group by o.id)`,
    [noteOf(writer, task.name, '*').replaceAll('[', '[[]')],
  )
  const [orders, items] = [Number(found?.orders), Number(found?.items)]
  // What was answered 503 may have been done, where the answer of the database was lost.
  const isCounted = orders >= served * task.ordersEach && orders <= (served + failed) * task.ordersEach
  if (!isCounted || items !== orders * task.itemsEach || Number(found?.right) !== orders) {
    throw new AnswersDiffer(
      `${task.name}: ${writer} served ${served} requests and failed ${failed}, and wrote ${orders} orders with ` +
        `${items} items, ${Number(found?.right)} of them with the right total`,
    )
  }
}

export async function stockOf(databaseUrl: string): Promise<number> {
  const [row] = await query(databaseUrl, 'select sum(stock) as stock from products')
  return Number(row?.stock)
}

/** @throws AnswersDiffer when the checkouts did not take what they sold */
export async function verifyStock(databaseUrl: string, before: number): Promise<void> {
  const after = await stockOf(databaseUrl)
  const [row] = await query(
    databaseUrl,
    `select count(*) as orders from orders where note glob '* / checkout of three lines / *'`,
  )
  const sold = Number(row?.orders) * quantities.reduce((sum, quantity) => sum + quantity, 0)
  if (before - after !== sold) {
    throw new AnswersDiffer(`${sold} pieces were sold, and ${before - after} taken from the stock`)
  }
}
