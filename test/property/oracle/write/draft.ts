import { type Data, type Row, rowsOf, type Stored, tableOf, type World } from '../world.ts'
import { type AllRules, rulesOf } from './rules.ts'

/** Why a transaction ends: one of these codes. */
export class Refused extends Error {
  readonly codes: ReadonlySet<string>

  constructor(...codes: readonly string[]) {
    super(codes.join())
    this.codes = new Set(codes)
  }
}

/** All that the database holds. */
export interface State {
  readonly data: Data
  /** By resource, the highest number that was ever given to a row. */
  readonly lastIds: ReadonlyMap<string, bigint>
}

/** The tables while a transaction is under way: rows are replaced, never changed. */
export class Draft implements State {
  readonly data: Map<string, readonly Row[]>
  readonly lastIds: Map<string, bigint>
  readonly world: World
  readonly rules: AllRules
  /** Whether foreign keys are looked at only in the end. */
  isDeferred = false

  constructor({ data, lastIds }: State, world: World, rules: AllRules) {
    this.data = new Map(data)
    this.lastIds = new Map(lastIds)
    this.world = world
    this.rules = rules
  }

  rows(name: string): readonly Row[] {
    return rowsOf(this.data, tableOf(this.world, name))
  }

  add(name: string, row: Row): Row {
    const { key } = tableOf(this.world, name)
    const made = this.#numbered(name, row)
    this.#set(name, [...this.rows(name), made])
    const id = made[key[0] ?? '']
    if (typeof id === 'bigint' && id > (this.lastIds.get(name) ?? 0n)) this.lastIds.set(name, id)
    return made
  }

  replace(name: string, old: Row, next: Row): void {
    this.#set(
      name,
      this.rows(name).map((row) => (row === old ? next : row)),
    )
  }

  /** With what its foreign keys do to others. */
  remove(name: string, gone: Row): void {
    this.#set(
      name,
      this.rows(name).filter((row) => row !== gone),
    )
    for (const [child, { parents }] of Object.entries(this.rules)) {
      for (const { column, onDelete } of parents.filter(({ to }) => to === name)) {
        if (onDelete === 'no action') continue
        for (const row of this.rows(child).filter((each) => each[column] === gone.id)) {
          if (onDelete === 'cascade') this.remove(child, row)
          else this.replace(child, row, { ...row, [column]: null })
        }
      }
    }
  }

  /** Unique constraints, the key first, that forbid a row beside others than itself. */
  taken(name: string, row: Row, self?: Row): readonly { on: readonly string[]; by: Row }[] {
    const { key } = tableOf(this.world, name)
    return [key, ...rulesOf(this.rules, name).uniques].flatMap((on) => {
      const by = this.rows(name).find((other) => other !== self && isEqual(other, row, on))
      return by === undefined ? [] : [{ on, by }]
    })
  }

  /** What else a row must not be. */
  faults(name: string, row: Row): readonly string[] {
    const { notNull, holds, numbered } = rulesOf(this.rules, name)
    const { key } = tableOf(this.world, name)
    const isMissing = notNull.some(
      (column) => (row[column] ?? null) === null && !(numbered !== undefined && key.includes(column)),
    )
    return [...(isMissing ? ['23502'] : []), ...(holds(row) ? [] : ['23514'])]
  }

  /** Whether some row refers to none. */
  isBroken(): boolean {
    return Object.entries(this.rules).some(([name, { parents }]) =>
      parents.some(({ column, to }) =>
        this.rows(name).some((row) => row[column] !== null && !this.#hasRow(to, row[column] ?? null)),
      ),
    )
  }

  #hasRow(name: string, id: Stored): boolean {
    return this.rows(name).some((row) => row.id === id)
  }

  #numbered(name: string, row: Row): Row {
    const { numbered } = rulesOf(this.rules, name)
    if (numbered === undefined || (row.id ?? null) !== null) return row
    const highest = this.rows(name).reduce(
      (most, { id }) => (typeof id === 'bigint' && id > most ? id : most),
      0n,
    )
    const last = numbered === 'growing' ? (this.lastIds.get(name) ?? 0n) : 0n
    return { ...row, id: (last > highest ? last : highest) + 1n }
  }

  #set(name: string, rows: readonly Row[]): void {
    this.data.set(tableOf(this.world, name).sqlName, rows)
  }
}

/** NULL equals nothing. */
export function isEqual(a: Row, b: Row, columns: readonly string[]): boolean {
  return columns.every((column) => (a[column] ?? null) !== null && a[column] === b[column])
}
