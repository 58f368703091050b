import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { message, messageField, textField, varintField } from '../../src/database/hrana/protobuf.ts'
import { pipelineHeaders } from '../../src/database/hrana/request.ts'
import { isBatch } from './wire-pipeline.ts'

/** What goes wrong with the requests of an id. */
export type Fault =
  /** Another status, and nothing else. */
  | { readonly status: number }
  /** The connection breaks before the database has the request. */
  | { readonly drop: true }
  /** Nothing comes back, and the connection stays. */
  | { readonly hang: true }
  /** The request comes late. */
  | { readonly delayMilliseconds: number }
  /** The first requests, so many, are refused as a database refuses them that is busy. */
  | { readonly busy: number }
  /** The database has done all of it; then the connection breaks. */
  | { readonly dropReply: true }
  /** The connection breaks within the reply. */
  | { readonly cutAfterBytes: number }

/** The names of numbers, and those that are `true`. */
const members = {
  number: ['status', 'delayMilliseconds', 'busy', 'cutAfterBytes'],
  true: ['drop', 'hang', 'dropReply'],
} as const

export const faultNames: string = [...members.number, ...members.true].join(', ')

export function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null) return false
  const [[name, given] = ['', null], ...more] = Object.entries(value)
  if (more.length > 0) return false
  return (
    (members.number.some((each) => each === name) && typeof given === 'number') ||
    (members.true.some((each) => each === name) && given === true)
  )
}

/** Before the database has the request. @returns whether the fault has taken the place of an answer */
export async function strikeRequest(
  fault: Fault,
  pipeline: Uint8Array,
  to: ServerResponse,
): Promise<boolean> {
  if ('delayMilliseconds' in fault) await sleep(fault.delayMilliseconds)
  else if ('drop' in fault) to.destroy()
  else if ('status' in fault) to.writeHead(fault.status).end()
  else if ('busy' in fault) to.writeHead(200, pipelineHeaders).end(busyReply(pipeline))
  else if (!('hang' in fault)) return false
  return !('delayMilliseconds' in fault)
}

/** When the database has answered. @returns as `strikeRequest` */
export async function strikeReply(
  fault: Fault,
  reply: IncomingMessage,
  to: ServerResponse,
): Promise<boolean> {
  if (!('dropReply' in fault || 'cutAfterBytes' in fault)) return false
  const whole = Buffer.concat(await reply.toArray())
  if ('dropReply' in fault) {
    to.destroy()
    return true
  }
  // The length that is announced is that of the whole.
  to.writeHead(reply.statusCode ?? 502, reply.headers)
  to.write(whole.subarray(0, fault.cutAfterBytes), () => to.destroy())
  return true
}

/** PipelineRespBody.results is 3; StreamResult.ok 1 and error 2; StreamResponse.batch 3; BatchResult.step_errors 2. */
function busyReply(pipeline: Uint8Array): Uint8Array {
  const error = [textField(1, 'SQLite error: database is locked'), textField(2, 'SQLITE_BUSY')]
  const begin = messageField(2, varintField(1, 0), messageField(2, ...error))
  const closed = messageField(3, messageField(1, messageField(1)))
  return isBatch(pipeline)
    ? message(messageField(3, messageField(1, messageField(3, messageField(1, begin)))), closed)
    : message(messageField(3, messageField(2, ...error)), closed)
}
