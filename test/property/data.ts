import type { Result, Statement, Value } from '../../src/base/statement.ts'
import type { Stage } from '../sql/stage.ts'
import { columnsOf, type Data, type Row, type Stored, type Table, type World } from './oracle/world.ts'

/** All rows as SQLite keeps them: the oracle works on these, so that it depends on no codec. */
export async function storedRows(stage: Stage, world: World): Promise<Data> {
  const tables = Object.values(world.tables)
  const results = await stage.transact(tables.map(selectOf))
  return new Map(tables.map((table, index) => [table.sqlName, rowsOfResult(table, results[index])]))
}

export function selectOf(table: Table): Statement {
  const list = columnsOf(table).map((name) => `"${name.replaceAll('"', '""')}"`)
  return { sql: `select ${list.join(', ')} from "${table.sqlName}"`, args: [] }
}

export function rowsOfResult(table: Table, result: Result | undefined): readonly Row[] {
  const names = columnsOf(table)
  return (result?.rows ?? []).map((row) =>
    Object.fromEntries(names.map((name, index) => [name, storedOf(row[index])])),
  )
}

function storedOf(value: Value | undefined): Stored {
  switch (value?.type) {
    case 'integer':
      return BigInt(value.value)
    case 'float':
      return value.value
    case 'text':
      return value.value
    case 'blob':
      return Buffer.from(value.base64, 'base64')
    default:
      return null
  }
}
