import { type Asked, answer, type Cells } from './bucket.ts'

/** The part of a Durable Object's storage that is used (https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/). */
export interface ObjectState {
  readonly storage: {
    readonly sql: {
      exec(
        statement: string,
        ...values: readonly (string | number)[]
      ): {
        toArray(): readonly Readonly<Record<string, unknown>>[]
      }
    }
    getAlarm(): Promise<number | null>
    setAlarm(at: number): Promise<void>
    deleteAll(): Promise<void>
  }
}

/**
 * What the world remembers of one account, or of one network: a Durable Object with SQLite, one at a time, so that
 * attempts from everywhere are counted once. It is named by a keyed hash, and forgets what is past within an hour.
 */
export class Throttle {
  readonly #storage: ObjectState['storage']

  constructor({ storage }: ObjectState) {
    this.#storage = storage
    storage.sql.exec(
      'create table if not exists cells (name text primary key, until real not null) without rowid',
    )
  }

  /** `Asked` as JSON → `Told` as JSON. Only the Worker that binds it comes here. */
  async fetch(request: Request): Promise<Response> {
    const asked = (await request.json()) as Asked
    const told = answer(this.#cells(), asked, Date.now())
    const [alarm, soon] = [await this.#storage.getAlarm(), Date.now() + sweepMilliseconds]
    if (alarm === null || alarm > soon) await this.#storage.setAlarm(soon)
    return Response.json(told)
  }

  /** Called by the platform. */
  async alarm(): Promise<void> {
    const { sql } = this.#storage
    sql.exec('delete from cells where until <= ?', Date.now())
    const [row] = sql.exec('select min(until) as until from cells').toArray()
    if (typeof row?.until !== 'number') return this.#storage.deleteAll()
    return this.#storage.setAlarm(Math.max(row.until, Date.now() + sweepMilliseconds))
  }

  #cells(): Cells {
    const { sql } = this.#storage
    return {
      get(name) {
        const [row] = sql.exec('select until from cells where name = ?', name).toArray()
        return typeof row?.until === 'number' ? row.until : undefined
      },
      set(name, until) {
        sql.exec(
          'insert into cells (name, until) values (?, ?) on conflict (name) do update set until = excluded.until',
          name,
          until,
        )
      },
    }
  }
}

const sweepMilliseconds = 3_600_000
