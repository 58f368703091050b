import type { Statement, Value } from '../../base/statement.ts'
import {
  bytesField,
  doubleField,
  type Field,
  message,
  messageField,
  sint64Field,
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

/** How a transaction goes on beside its statements. */
export interface TransactionShape {
  /** Whether it takes the place of the one writer, or sees one moment and writes nothing. */
  readonly writes: boolean
  /** Whether all of it is undone in the end: only what it answers is wanted. */
  readonly isTrial: boolean
  /** What is answered, outside of the transaction, when the statement `at` was refused. */
  readonly otherwise: { readonly at: number; readonly statement: Statement } | null
  /** What is asked when it has ended, however it did: a batch does not tell its frame, and a statement does. */
  readonly epilogue: Statement | null
}

export const request = { close: 1, execute: 2, batch: 3 } as const
const condition = { stepOk: 1, stepError: 2, not: 3, and: 4, isAutocommit: 6 } as const

/** The requests of a pipeline, without the stream that they run on: `onStream` makes a pipeline of them. */
export interface Work {
  readonly requests: readonly Field[]
  readonly isTransaction: boolean
  /** Whether a statement comes before all that, whose result is `Reply.check`. Default: none does. */
  readonly isChecked?: boolean
}

/**
 * One statement.
 * @param frame that the server waits for before it reads; a primary has every one that there is
 * @param epilogue asked after it
 */
export function executeRequest(
  statement: Statement,
  frame: number | null = null,
  epilogue: Statement | null = null,
): Work {
  const requests = [execute(statement, frame), ...afterwards(epilogue)]
  return { requests, isTransaction: false }
}

/** @param frame that the server waits for before it reads what comes first */
export function checkedFirst(check: Statement, frame: number | null, work: Work): Work {
  return { ...work, requests: [execute(check, frame), ...work.requests], isChecked: true }
}

/** One transaction: each step runs only if the one before it did, and what stops the chain undoes it. */
export function transactionRequest(
  statements: readonly Statement[],
  { writes, isTrial, otherwise, epilogue }: TransactionShape,
  frame: number | null = null,
): Work {
  const commit = statements.length + 1
  const ok = (step: number): Field => varintField(condition.stepOk, step)
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
  const waits = frame === null ? [] : [varintField(2, frame)]
  const requests = [inPipeline(request.batch, messageField(1, ...steps, ...waits)), ...afterwards(epilogue)]
  return { requests, isTransaction: true }
}

function afterwards(epilogue: Statement | null): readonly Field[] {
  return epilogue === null ? [] : [execute(epilogue, null)]
}

function execute(statement: Statement, frame: number | null): Field {
  const waits = frame === null ? [] : [varintField(6, frame)]
  return inPipeline(request.execute, messageField(1, ...statementFields(statement), ...waits))
}

/** That a step was tried and refused: sqld takes a step that was left out for one with an error, too. */
function refusedAt(index: number): Field {
  const before = messageField(1, varintField(condition.stepOk, index - 1))
  return messageField(condition.and, before, messageField(1, varintField(condition.stepError, index)))
}

/** Nothing: whether somebody answers, and takes the token. */
export const probeRequest: Work = { requests: [], isTransaction: false }

/**
 * What is sent. A stream that is not closed stays open for ten seconds after it was used, and the server has few places.
 * @param baton of the stream that it goes on with; null: a new one
 */
export function onStream(
  { requests, isTransaction }: Work,
  { baton, isKept }: { readonly baton: string | null; readonly isKept: boolean } = aloneStream,
): Uint8Array<ArrayBuffer> {
  return message(
    ...(baton === null ? [] : [textField(pipeline.baton, baton)]),
    ...requests,
    ...(isKept ? (isTransaction ? [undoing] : []) : [inPipeline(request.close)]),
  )
}

const aloneStream = { baton: null, isKept: false }
const pipeline = { baton: 1, requests: 2 } as const

/**
 * Undoes a transaction that has not ended: where an answer grows too large, sqld leaves out all further steps, ROLLBACK with
 * them. The stream would keep the place of the one writer, or go on reading that one moment.
 */
const undoing = inPipeline(
  request.batch,
  messageField(
    1,
    step(messageField(condition.not, messageField(condition.isAutocommit)), { sql: 'rollback', args: [] }),
  ),
)

function inPipeline(kind: number, ...fields: readonly Field[]): Field {
  return messageField(pipeline.requests, messageField(kind, ...fields))
}

function step(when: Field | null, statement: Statement): Field {
  const fields = [messageField(2, ...statementFields(statement))]
  return messageField(1, ...(when === null ? fields : [messageField(1, when), ...fields]))
}

function statementFields({ sql, args }: Statement): readonly Field[] {
  return [textField(1, sql), ...args.map((value) => messageField(3, valueField(value)))]
}

function valueField(value: Value): Field {
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
      return bytesField(5, Buffer.from(value.base64, 'base64'))
  }
}
