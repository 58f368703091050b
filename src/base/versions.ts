/** How often tables had been written at a moment of the database. */
export type Versions = Readonly<Record<string, number>>

/**
 * Beside the parts of what was written: rows that not everybody may read were among it. To who may not, that one part was
 * written would tell of a hidden row; so to them it is as if all were.
 */
export const hiddenPart = '*'

/**
 * Beside the parts of what was written, too: by which fields it was said, so that code of another version, by which rows are
 * in other parts, is not taken at its word. No other part ends like this.
 */
export function schemePart(fields: readonly string[]): string {
  return `${fields.join(',')}${schemeEnd}`
}

export function isSchemePart(part: string): boolean {
  return part.endsWith(schemeEnd)
}

const schemeEnd = ':'

/** What is known of the writes of a table besides their number. */
export interface Changes {
  /** How many of them did not say which rows they were about. */
  readonly whole: number
  /** All parts that were written after this version are in `parts`. */
  readonly since: number
  /** By part, the version of the last write that said to be about rows of it. */
  readonly parts: ReadonlyMap<string, number>
}

/** How often tables were written, by table. */
export interface Counted {
  readonly versions: Versions
  /** Of these writes, those that did not say which rows they were about. */
  readonly whole: Versions
}

/** What a statement of `sql/record/sighting.ts` tells. */
export interface Sighted {
  readonly versions: Versions
  readonly changes: ReadonlyMap<string, Changes>
}

/** What was asked for. */
export interface Asked {
  readonly tables: readonly string[]
  /** Versions that are known: of parts only what was written after them is told. */
  readonly known: Versions
  /** No more parts are told at once. */
  readonly most: number
}

/**
 * @param json object: by table how often it was written, and how often it was said about which rows
 * @returns null of anything else
 */
export function readCounts(json: string | null, tables: readonly string[]): Counted | null {
  const counted: unknown = parsed(json)
  if (typeof counted !== 'object' || counted === null) return null
  const versions: Record<string, number> = {}
  const whole: Record<string, number> = {}
  for (const table of tables) {
    const pair: unknown = Object.hasOwn(counted, table) ? Reflect.get(counted, table) : [0, 0]
    const [version, named]: readonly unknown[] = Array.isArray(pair) ? pair : []
    if (typeof version !== 'number' || typeof named !== 'number') return null
    versions[table] = version
    whole[table] = version - named
  }
  return { versions, whole }
}

/**
 * @param counts as `readCounts` takes it
 * @param parts JSON array of `[table, part, version]`, of what was written after what is known; more than `most`: not all of it
 * @returns null of anything else
 */
export function readSighted(
  counts: string | null,
  parts: string | null,
  { tables, known, most }: Asked,
): Sighted | null {
  const [counted, told]: readonly [Counted | null, unknown] = [readCounts(counts, tables), parsed(parts)]
  if (counted === null || !Array.isArray(told)) return null
  const { versions, whole } = counted
  const changes = new Map<string, Changes & { readonly parts: Map<string, number> }>()
  for (const table of tables) {
    const version = versions[table] ?? 0
    const isAll = told.length <= most && Object.hasOwn(known, table)
    const since = isAll ? Math.min(known[table] ?? version, version) : version
    changes.set(table, { whole: whole[table] ?? 0, since, parts: new Map() })
  }
  for (const row of told) {
    const [table, part, version]: readonly unknown[] = Array.isArray(row) ? row : []
    if (typeof table !== 'string' || typeof part !== 'string' || typeof version !== 'number') return null
    const change = changes.get(table)
    if (change !== undefined && version > change.since) change.parts.set(part, version)
  }
  return { versions, changes }
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json)
}
