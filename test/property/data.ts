import type { Value } from '../../src/base/statement.ts'
import type { Stage } from '../sql/stage.ts'
import type { Data, Row, Stored, World } from './oracle/world.ts'

/** All rows as SQLite keeps them: the oracle works on these, so that it depends on no codec. */
export async function storedRows(stage: Stage, world: World): Promise<Data> {
  const data = new Map<string, readonly Row[]>()
  for (const { sqlName, columns, unnamed = [] } of Object.values(world.tables)) {
    const names = [...Object.keys(columns), ...unnamed]
    const list = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')
    const { rows } = await stage.query(`select ${list} from "${sqlName}"`)
    data.set(
      sqlName,
      rows.map((row) => Object.fromEntries(names.map((name, index) => [name, storedOf(row[index])]))),
    )
  }
  return data
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
