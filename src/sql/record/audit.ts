import { getTableName } from 'drizzle-orm'
import type { Operation } from '../../declare/after.ts'
import { audit } from '../../ledger/tables.ts'
import { type Fragment, identifier, literal, sql } from '../fragment.ts'
import type { Tie } from '../tie.ts'
import { fieldsObject, ofRequest, type Recorded, writtenRows } from './row.ts'
import { changedFields } from './snapshot.ts'

/** Who did what to which rows. Fields that callers may not see are in it: it is for the operator. */
export function auditOf(root: Recorded, operation: Operation, rows: Tie): Fragment {
  const { resource, row } = root
  const { before, after } = difference(root, operation)
  return sql`insert into ${identifier(getTableName(audit))}("at", "request_id", "caller_id", "role", "resource", "operation", "key", "before", "after") select ${ofRequest('nowMilliseconds')}, ${ofRequest('requestId')}, ${ofRequest('id')}, ${ofRequest('role')}, ${literal(resource.name)}, ${literal(operation)}, ${fieldsObject(row, resource.key)}, ${before}, ${after} ${writtenRows(root, rows)}`
}

interface Difference {
  readonly before: Fragment
  readonly after: Fragment
}

function difference(root: Recorded, operation: Operation): Difference {
  const whole = () => fieldsObject(root.row, root.resource.records.fields)
  switch (operation) {
    case 'create':
      return { before: sql`null`, after: whole() }
    case 'update':
      return { before: changedFields(root, 'before'), after: changedFields(root, 'after') }
    case 'delete':
      return { before: whole(), after: sql`null` }
  }
}
