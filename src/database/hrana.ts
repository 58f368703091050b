import { nullValue, type Result, type Statement, type Value } from '../base/statement.ts'
import {
  bytesOfField,
  doubleField,
  doubleOf,
  type FieldValue,
  MalformedMessage,
  message,
  messageField,
  readFields,
  sint64Field,
  sint64Of,
  textField,
  varintField,
} from './protobuf.ts'

/**
 * The part of Hrana 3 over HTTP that is used, in its Protobuf encoding
 * (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md): JSON that the database wrote crosses the
 * Worker as the bytes that it is, and is neither escaped into other JSON nor parsed out of it.
 */
export const pipelinePath = '/v3-protobuf/pipeline'
export const pipelineHeaders = { 'content-type': 'application/x-protobuf' } as const

/** What SQLite, or the server, refused. */
export interface HranaError {
  readonly message: string
  readonly code: string
  /** Which statement of a transaction, from 0; null of another step, and outside of transactions. */
  readonly statement: number | null
}

/** How a transaction goes on beside its statements. */
export interface TransactionShape {
  /** Whether it takes the place of the one writer, or sees one moment and writes nothing. */
  readonly writes: boolean
  /** Whether all of it is undone in the end: only what it answers is wanted. */
  readonly isTrial: boolean
  /** What is answered, outside of the transaction, when the statement `at` was refused. */
  readonly otherwise: { readonly at: number; readonly statement: Statement } | null
}

export type Reply =
  | { readonly results: readonly Result[] }
  | { readonly otherwise: Result }
  | { readonly error: HranaError }

const request = { close: 1, execute: 2, batch: 3 } as const
const condition = { stepOk: 1, stepError: 2, not: 3, and: 4 } as const

/** A pipeline of one statement. */
export function executeRequest(statement: Statement): Uint8Array<ArrayBuffer> {
  return pipeline(messageField(request.execute, messageField(1, ...statementFields(statement))))
}

/** A pipeline of one transaction: each step runs only if the one before it did, and what stops the chain undoes it. */
export function transactionRequest(
  statements: readonly Statement[],
  { writes, isTrial, otherwise }: TransactionShape,
): Uint8Array<ArrayBuffer> {
  const commit = statements.length + 1
  const ok = (step: number): Uint8Array => varintField(condition.stepOk, step)
  const notCommitted = messageField(condition.not, ok(commit))
  const steps = [
    step(null, { sql: writes ? 'begin immediate' : 'begin', args: [] }),
    ...statements.map((statement, index) => step(ok(index), statement)),
    step(ok(commit - 1), { sql: isTrial ? 'rollback' : 'commit', args: [] }),
    // Where BEGIN itself failed there is nothing to undo.
    step(messageField(condition.and, messageField(1, ok(0)), messageField(1, notCommitted)), {
      sql: 'rollback',
      args: [],
    }),
    ...(otherwise === null ? [] : [step(refusedAt(otherwise.at + 1), otherwise.statement)]),
  ]
  return pipeline(messageField(request.batch, messageField(1, ...steps)))
}

/** That a step was tried and refused: sqld takes a step that was left out for one with an error, too. */
function refusedAt(index: number): Uint8Array {
  const before = messageField(1, varintField(condition.stepOk, index - 1))
  return messageField(condition.and, before, messageField(1, varintField(condition.stepError, index)))
}

/** A pipeline that does nothing: whether somebody answers, and takes the token. */
export function probeRequest(): Uint8Array<ArrayBuffer> {
  return pipeline()
}

/**
 * The results of the statements that were asked for, without those of `begin`, `commit` and `rollback`.
 * Null of a body that is no reply.
 */
export function readReply(body: Uint8Array, count: number): Reply | null {
  try {
    return pipelineReply(body, count)
  } catch (error) {
    if (error instanceof MalformedMessage) return null
    throw error
  }
}

function pipelineReply(body: Uint8Array, count: number): Reply | null {
  let reply: Reply | null = null
  readFields(body, (field, value) => {
    // The first result is the statement's or the batch's; the second one is that of `close`.
    if (field === 3 && reply === null) reply = streamResult(bytesOfField(value), count)
  })
  return reply
}

/** A stream that is not closed stays open for ten seconds, and the server has 128 of them. */
function pipeline(...work: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return message(...[...work, messageField(request.close)].map((each) => messageField(2, each)))
}

function step(when: Uint8Array | null, statement: Statement): Uint8Array {
  const fields = [messageField(2, ...statementFields(statement))]
  return messageField(1, ...(when === null ? fields : [messageField(1, when), ...fields]))
}

function statementFields({ sql, args }: Statement): readonly Uint8Array[] {
  return [textField(1, sql), ...args.map((value) => messageField(3, valueField(value)))]
}

function valueField(value: Value): Uint8Array {
  switch (value.type) {
    case 'null':
      return messageField(1)
    case 'integer':
      return sint64Field(2, value.value)
    case 'float':
      return doubleField(3, value.value)
    case 'text':
      return textField(4, value.value)
    case 'blob':
      return messageField(5, Buffer.from(value.base64, 'base64'))
  }
}

function streamResult(bytes: Uint8Array, count: number): Reply | null {
  let reply: Reply | null = null
  readFields(bytes, (field, value) => {
    reply = field === 1 ? streamResponse(bytesOfField(value), count) : { error: errorOf(bytesOfField(value)) }
  })
  return reply
}

function streamResponse(bytes: Uint8Array, count: number): Reply | null {
  let reply: Reply | null = null
  readFields(bytes, (field, value) => {
    readFields(bytesOfField(value), (_, result) => {
      reply =
        field === request.execute
          ? { results: [resultOf(bytesOfField(result))] }
          : batchResult(bytesOfField(result), count)
    })
  })
  return reply
}

function batchResult(bytes: Uint8Array, count: number): Reply | null {
  const results = new Map<number, Result>()
  const errors = new Map<number, HranaError>()
  readFields(bytes, (field, entry) => {
    if (field > 2) return
    let index = 0
    readFields(bytesOfField(entry), (part, value) => {
      if (part === 1) index = Number(value)
      else if (field === 1) results.set(index, resultOf(bytesOfField(value)))
      else errors.set(index, errorOf(bytesOfField(value)))
    })
  })
  // After the statements come COMMIT, ROLLBACK, and what is answered otherwise.
  const otherwise = results.get(count + 3)
  if (otherwise !== undefined) return { otherwise }
  const [first] = [...errors].sort(([a], [b]) => a - b)
  if (first !== undefined) {
    const statement = first[0] >= 1 && first[0] <= count ? first[0] - 1 : null
    return { error: { ...first[1], statement } }
  }
  const wanted = Array.from({ length: count }, (_, index) => results.get(index + 1))
  return wanted.every((result) => result !== undefined) ? { results: wanted } : null
}

function resultOf(bytes: Uint8Array): Result {
  const rows: (readonly Value[])[] = []
  let affectedRows = 0
  readFields(bytes, (field, value) => {
    if (field === 2) rows.push(rowOf(bytesOfField(value)))
    if (field === 3) affectedRows = Number(value)
  })
  return { rows, affectedRows }
}

function rowOf(bytes: Uint8Array): readonly Value[] {
  const values: Value[] = []
  readFields(bytes, (_, value) => values.push(valueOfMessage(bytesOfField(value))))
  return values
}

function valueOfMessage(bytes: Uint8Array): Value {
  let read: Value = nullValue
  readFields(bytes, (field, value) => {
    read = valueOfField(field, value)
  })
  return read
}

function valueOfField(field: number, value: FieldValue): Value {
  switch (field) {
    case 2:
      return { type: 'integer', value: sint64Of(value) }
    case 3:
      return { type: 'float', value: doubleOf(value) }
    case 4:
      return receivedText(bytesOfField(value))
    case 5:
      return { type: 'blob', base64: Buffer.from(bytesOfField(value)).toString('base64') }
    default:
      return nullValue
  }
}

const decoder = new TextDecoder()

/** Most texts are handed on as bytes and never become a string. */
function receivedText(bytes: Uint8Array): Value {
  return {
    type: 'text',
    bytes,
    get value() {
      return decoder.decode(bytes)
    },
  }
}

function errorOf(bytes: Uint8Array): HranaError {
  const texts = new Map<number, string>()
  readFields(bytes, (field, value) => texts.set(field, decoder.decode(bytesOfField(value))))
  return { message: texts.get(1) ?? '', code: texts.get(2) ?? 'SQLITE_ERROR', statement: null }
}
