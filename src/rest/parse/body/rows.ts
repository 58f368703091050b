import { Problem } from '../../../base/problem.ts'

export interface BodyOptions {
  readonly maxBytes: number
  readonly maxRows: number
  /** Rows times columns. */
  readonly maxCells: number
  /** Of `?columns=`: what is taken of each row; other names are passed over. */
  readonly columns: readonly string[] | null
  /** What becomes of a cell that a row does not give. */
  readonly missing: 'default' | 'null'
}

export interface BodyRows {
  /**
   * Names that rows give, in order of first appearance (names that are whole numbers come first, as JavaScript
   * has it); with `?columns=` exactly these.
   */
  readonly columns: readonly string[]
  /** One entry a row; `cells[c]` belongs to `columns[c]`; undefined: the row does not give it (becomes the default). */
  readonly rows: readonly (readonly unknown[])[]
  /** Whether the body was a JSON array or CSV (an object or a form is one row). */
  readonly isList: boolean
}

/** Rows whose columns are written once. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/**
 * Rows of a list must have the same names, unless absent ones become defaults or `?columns=` says which there are.
 * @throws Problem PGRST102, LIMIT_BODY_ROWS
 */
export function rowsOfJson(value: unknown, options: BodyOptions): BodyRows {
  const isList = Array.isArray(value)
  const given: readonly unknown[] = isList ? value : [value]
  if (given.length > options.maxRows) throw tooManyRows(options.maxRows)
  const objects = given.filter(isObject)
  if (objects.length < given.length) {
    throw new Problem('PGRST102', {
      message: 'The request body must be a JSON object or an array of objects',
    })
  }
  const columns = options.columns ?? namesOf(objects, options.missing)
  if (objects.length * columns.length > options.maxCells) throw tooManyCells(options.maxCells)
  const absent = absentCell(options)
  const rows = objects.map((object) =>
    columns.map((name) => (Object.hasOwn(object, name) ? withoutSign(object[name]) : absent)),
  )
  return { columns, rows, isList }
}

/** @throws Problem PGRST102 for a name that comes twice */
export function rowsOfTable(table: Table, isList: boolean, options: BodyOptions): BodyRows {
  const names = new Set(table.columns)
  checkWidth(names.size)
  if (names.size < table.columns.length) {
    throw new Problem('PGRST102', { message: 'A column is named twice in the request body' })
  }
  const width = (options.columns ?? table.columns).length
  if (table.rows.length * width > options.maxCells) throw tooManyCells(options.maxCells)
  if (options.columns === null) return { ...table, isList }
  const absent = absentCell(options)
  const places = new Map(table.columns.map((name, index) => [name, index]))
  const taken = options.columns.map((name) => places.get(name) ?? null)
  const rows = table.rows.map((cells) => taken.map((place) => (place === null ? absent : cells[place])))
  return { columns: options.columns, rows, isList }
}

function tooManyCells(maxCells: number): Problem {
  return new Problem('LIMIT_BODY_ROWS', {
    message: `The request body has more than ${maxCells} cells: rows times columns`,
    hint: 'Send its rows in several requests.',
  })
}

export function tooManyRows(maxRows: number): Problem {
  return new Problem('LIMIT_BODY_ROWS', {
    message: `The request body has more than ${maxRows} rows`,
    hint: 'Send them in several requests.',
  })
}

type JsonObject = Readonly<Record<string, unknown>>

/**
 * What a table of SQLite can have (https://www.sqlite.org/limits.html). Without it every row of a list could bring
 * names of its own, and the cells of all would be the square of what was sent.
 */
const maxColumns = 2_000

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

function namesOf(objects: readonly JsonObject[], missing: BodyOptions['missing']): readonly string[] {
  const names = new Set(Object.keys(objects[0] ?? {}))
  checkWidth(names.size)
  for (const object of objects) {
    const own = Object.keys(object)
    if (missing === 'default') {
      for (const name of own) names.add(name)
      checkWidth(names.size)
    } else if (own.length !== names.size || !own.every((name) => names.has(name))) {
      throw new Problem('PGRST102', {
        message: 'All object keys must match',
        hint: 'Name the columns with ?columns=, or send Prefer: missing=default.',
      })
    }
  }
  return [...names]
}

function checkWidth(width: number): void {
  if (width <= maxColumns) return
  throw new Problem('PGRST102', { message: `The request body names more than ${maxColumns} columns` })
}

function absentCell(options: BodyOptions): undefined | null {
  return options.missing === 'default' ? undefined : null
}

/** 0 for -0, which JSON has and which equals 0 in every index. */
function withoutSign(value: unknown): unknown {
  return value === 0 ? 0 : value
}
