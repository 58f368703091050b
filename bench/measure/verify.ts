import { isDeepStrictEqual } from 'node:util'
import { openConnection, type Reply } from '../load/connection.ts'
import type { Contender, Task } from './tasks.ts'

/** Answers that differ make every figure worthless. */
export class AnswersDiffer extends Error {
  override readonly name = 'AnswersDiffer'
}

export interface Served<Name extends string = Contender> {
  readonly contender: Name
  readonly port: number
  /** Of its process. */
  readonly pid: number
}

/** Asks every Worker for everything that will be measured. @throws AnswersDiffer naming task, Workers and bodies */
export async function verifyAnswers<Name extends string>(
  task: Task<Name>,
  served: readonly Served<Name>[],
): Promise<void> {
  const [reference, ...others] = await Promise.all(
    served.map(async (each) => ({ ...each, answers: await answersOf(task, each) })),
  )
  for (const other of others) {
    other.answers.forEach((answer, index) => {
      const expected = reference?.answers[index]
      if (isDeepStrictEqual(answer, expected)) return
      throw new AnswersDiffer(
        `${task.name}, request ${index}: ${reference?.contender} and ${other.contender} answer differently\n` +
          `${excerpt(expected)}\n${excerpt(answer)}`,
      )
    })
  }
}

async function answersOf<Name extends string>(
  task: Task<Name>,
  { contender, port }: Served<Name>,
): Promise<readonly unknown[]> {
  const connection = await openConnection(port)
  const answers: unknown[] = []
  try {
    for (const request of task.requests[contender]) {
      answers.push(comparable(contender, await connection.send(Buffer.from(request))))
    }
  } finally {
    connection.close()
  }
  return answers
}

/** The body and the total of the count. Items of an order have no order among themselves, so one is given to them. */
function comparable(contender: string, reply: Reply): unknown {
  const text = reply.body.toString()
  if (reply.status !== 200 && reply.status !== 206) {
    throw new AnswersDiffer(`${contender} answers ${reply.status}: ${text.slice(0, 400)}`)
  }
  const body: unknown = JSON.parse(text, (key, value: unknown) =>
    key === 'order_items' && Array.isArray(value) ? value.toSorted(byId) : value,
  )
  if (Array.isArray(body) && body.length === 0) throw new AnswersDiffer(`${contender} answers no rows`)
  const total = /\r\ncontent-range: *[^\r]*\/(\d+)/i.exec(reply.head)?.[1] ?? null
  return { body, total }
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}

function excerpt(answer: unknown): string {
  return JSON.stringify(answer)?.slice(0, 1_000) ?? 'nothing'
}
