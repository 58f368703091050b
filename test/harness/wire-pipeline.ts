import { nullValue, type Value } from '../../src/base/statement.ts'
import {
  bytesOfField,
  doubleOf,
  type FieldValue,
  readFields,
  sint64Of,
} from '../../src/database/hrana/protobuf.ts'
import type { WireStatement } from './wire-record.ts'

const decoder = new TextDecoder()

/** The statements of a Hrana pipeline, by the names of hrana/http.proto and hrana.proto of libSQL. */
export function statementsOf(pipeline: Uint8Array): readonly WireStatement[] {
  const requests = inside(pipeline, 2)
  const executed = requests.flatMap((request) => inside(request, 2).flatMap((execute) => inside(execute, 1)))
  const batched = requests.flatMap((request) =>
    inside(request, 3)
      .flatMap((batch) => inside(batch, 1))
      .flatMap((body) => inside(body, 1))
      .flatMap((step) => inside(step, 2)),
  )
  return [...executed, ...batched].map(statementOf)
}

/** Whether it asks for a batch, which a transaction is. */
export function isBatch(pipeline: Uint8Array): boolean {
  return inside(pipeline, 2).some((request) => inside(request, 3).length > 0)
}

function statementOf(statement: Uint8Array): WireStatement {
  const [sql = new Uint8Array()] = inside(statement, 1)
  return { sql: decoder.decode(sql), args: inside(statement, 3).map(argumentOf) }
}

/** The messages and texts of one field. */
function inside(message: Uint8Array, wanted: number): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  readFields(message, (field, value) => {
    if (field === wanted) found.push(bytesOfField(value))
  })
  return found
}

function argumentOf(message: Uint8Array): Value {
  const values: Value[] = []
  readFields(message, (field, value) => values.push(argumentOfField(field, value)))
  return values[0] ?? nullValue
}

function argumentOfField(field: number, value: FieldValue): Value {
  if (field === 2) return { type: 'integer', value: sint64Of(value) }
  if (field === 3) return { type: 'float', value: doubleOf(value) }
  if (field === 4) return { type: 'text', value: decoder.decode(bytesOfField(value)) }
  if (field === 5) return { type: 'blob', base64: Buffer.from(bytesOfField(value)).toString('base64') }
  return nullValue
}
