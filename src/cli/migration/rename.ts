const name = '(?:`([^`]+)`|"((?:[^"]|"")+)"|(\\w+))'
const renames = new RegExp(`^\\s*ALTER TABLE ${name} RENAME TO ${name}`, 'im')
const drops = new RegExp(`^\\s*DROP TABLE (?:IF EXISTS )?${name}`, 'im')

/**
 * Where the rows of a table are after statements that rename tables: under its new name, or under its own, where
 * another table took it (a table that is rebuilt) and the one with the new name is gone.
 */
export function nameAfter(table: string, statements: readonly string[]): string {
  let current = table
  for (const statement of statements) {
    const rename = renames.exec(statement)
    if (rename !== null && nameOf(rename.slice(1, 4)) === current) current = nameOf(rename.slice(4, 7))
    const drop = drops.exec(statement)
    if (drop !== null && nameOf(drop.slice(1, 4)) === current) current = table
  }
  return current
}

function nameOf([backticked, doubled, bare]: readonly (string | undefined)[]): string {
  return backticked ?? doubled?.replaceAll('""', '"') ?? bare ?? ''
}
