import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { getTableColumns, getTableName } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { authTables } from '../../harness/auth-tables.ts'

const folder = resolve('src/auth')

/** What sign-in does, without what its tables say. */
const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('tables/'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n')

test.each(Object.values(authTables).map((table) => [getTableName(table), table] as const))(
  '%s has no column that nothing names',
  (_, table) => {
    const names = Object.values(getTableColumns(table)).map(({ name }) => name)
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
  },
)
