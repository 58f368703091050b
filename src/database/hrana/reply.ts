import { nullValue, type Result, type Value } from '../../base/statement.ts'
import {
  bytesOfField,
  doubleOf,
  type FieldValue,
  MalformedMessage,
  readFields,
  sint64Of,
} from './protobuf.ts'
import { request } from './request.ts'

/** What SQLite, or the server, refused. */
export interface HranaError {
  readonly message: string
  readonly code: string
  /** Which statement of a transaction, from 0; null of another step, and outside of transactions. */
  readonly statement: number | null
}

/** How what was asked for ended. */
type Work =
  | { readonly results: readonly Result[] }
  | { readonly otherwise: Result }
  | { readonly error: HranaError }

export type Reply = Work & {
  /**
   * The frame that the server had come to when the first statement outside of a transaction had ended: what that one
   * read may be older, never newer. Null when there was none, or the server does not say.
   */
  readonly frame: number | null
  /** What was answered to the statement that came before; null: none did, or it was refused. */
  readonly check: Result | null
  /** What was answered to the statement that came after it; null: none did, or it was refused. */
  readonly epilogue: Epilogue | null
}

export interface Epilogue {
  readonly result: Result
  /** That the server had come to when that statement had ended; null: it does not say. */
  readonly frame: number | null
}

/**
 * The results of the statements that were asked for, without those of `begin`, `commit` and `rollback`.
 * Null of a body that is no reply.
 */
export function readReply(body: Uint8Array, count: number, isChecked = false): Reply | null {
  return wellFormed(() => pipelineReply(body, count, isChecked))
}

/** Null of bytes that are no message. */
function wellFormed<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedMessage) return null
    throw error
  }
}

/** What the next request names the stream by that answered this; null: it has ended, or goes on at another server. */
export function batonOf(body: Uint8Array): string | null {
  let baton: string | null = null
  let isElsewhere = false
  const isWhole = wellFormed(() =>
    readFields(body, (field, value) => {
      if (field === 1) baton = decoder.decode(bytesOfField(value))
      if (field === 2) isElsewhere = true
    }),
  )
  return isWhole === null || isElsewhere ? null : baton
}

function pipelineReply(body: Uint8Array, count: number, isChecked: boolean): Reply | null {
  const results: StreamResult[] = []
  const at = isChecked ? 1 : 0
  let isMalformed = false
  readFields(body, (field, value) => {
    if (field !== 3) return
    const result = streamResult(bytesOfField(value), results.length === at ? count : 0)
    if (result === null) isMalformed = true
    else results.push(result)
  })
  const [check] = results.splice(0, at)
  const [work, after] = results
  if (work === undefined || work === 'closed' || isMalformed) return null
  const afterwards = typeof after === 'object' ? after.frame : null
  const told = firstOf(after)
  return {
    ...work,
    frame: 'results' in work && work.frame !== null ? work.frame : afterwards,
    check: firstOf(check),
    epilogue: told && { result: told, frame: afterwards },
  }
}

function firstOf(told: StreamResult | undefined): Result | null {
  return typeof told === 'object' && 'results' in told ? (told.results[0] ?? null) : null
}

/** What a request of a pipeline was answered. */
type StreamResult = (Work & { readonly frame: number | null }) | 'closed'

function streamResult(bytes: Uint8Array, count: number): StreamResult | null {
  let result: StreamResult | null = null
  readFields(bytes, (field, value) => {
    result =
      field === 1
        ? streamResponse(bytesOfField(value), count)
        : { error: errorOf(bytesOfField(value)), frame: null }
  })
  return result
}

function streamResponse(bytes: Uint8Array, count: number): StreamResult | null {
  let response: StreamResult | null = null
  readFields(bytes, (field, value) => {
    if (field === request.close) response = 'closed'
    readFields(bytesOfField(value), (_, result) => {
      if (field === request.execute) response = executed(bytesOfField(result))
      if (field === request.batch) response = batchResult(bytesOfField(result), count)
    })
  })
  return response
}

function executed(bytes: Uint8Array): StreamResult {
  let frame: number | null = null
  readFields(bytes, (field, value) => {
    if (field === 5) frame = Number(value)
  })
  return { results: [resultOf(bytes)], frame }
}

function batchResult(bytes: Uint8Array, count: number): StreamResult | null {
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
  if (otherwise !== undefined) return { otherwise, frame: null }
  const [first] = [...errors].sort(([a], [b]) => a - b)
  if (first !== undefined) {
    const statement = first[0] >= 1 && first[0] <= count ? first[0] - 1 : null
    return { error: { ...first[1], statement }, frame: null }
  }
  const wanted = Array.from({ length: count }, (_, index) => results.get(index + 1))
  return wanted.every((result) => result !== undefined) ? { results: wanted, frame: null } : null
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
