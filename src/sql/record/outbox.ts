import { getTableName, is, SQL } from 'drizzle-orm'
import { outbox } from '../../ledger/tables.ts'
import type { Emission, EmissionMember } from '../../model/record/emission.ts'
import { bindToRow, rowAlias } from '../../model/scope.ts'
import { type Fragment, identifier, literal, sql } from '../fragment.ts'
import { drizzleFragment } from '../gate.ts'
import { jsonObject, jsonValue } from '../json.ts'
import type { Tie } from '../tie.ts'
import { fieldJson, fieldsObject, ofRequest, type Recorded, writtenRows } from './row.ts'

/** An event for each of the rows for which it happens. */
export function eventOf(root: Recorded, { event, payload, when }: Emission, rows: Tie): Fragment {
  const { resource, row } = root
  const members = payload.map((member) => ({ name: member.name, value: memberJson(root, member) }))
  const conditions = when === true ? [] : [ofRow(root, when)]
  return sql`insert into ${identifier(getTableName(outbox))}("at", "request_id", "resource", "event", "key", "payload") select ${ofRequest('nowMilliseconds')}, ${ofRequest('requestId')}, ${literal(resource.name)}, ${literal(event)}, ${fieldsObject(row, resource.key)}, ${jsonObject(members)} ${writtenRows(root, rows, conditions)}`
}

/** What an expression gives is told as SQLite has it: a number, a text, JSON. */
function memberJson(root: Recorded, { value }: EmissionMember): Fragment {
  return is(value, SQL) ? jsonValue({ sql: ofRow(root, value), kind: 'numeric' }) : fieldJson(root.row, value)
}

function ofRow({ resource, row }: Recorded, expression: SQL): Fragment {
  return drizzleFragment(bindToRow(expression, resource.table, rowAlias(row)))
}
