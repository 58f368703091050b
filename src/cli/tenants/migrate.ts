import { Failure } from '../command.ts'
import { migrate } from '../migrate.ts'
import { versionOf } from '../migration/apply.ts'
import type { TenantRow } from './directory.ts'
import { databaseUrl, type TenantsPlace } from './place.ts'

/** What became of a fan-out, by name. */
export interface Migrated {
  readonly done: readonly string[]
  readonly failed: ReadonlyMap<string, string>
  /** Being created or moved: their own command goes on with them. */
  readonly passedOver: readonly string[]
}

/** Migrations of so many databases run at a time. */
const concurrency = 4

/**
 * Applies the missing migrations to the databases of all tenants, and says how far it is. One that fails stays as it was,
 * and is served; the others go on. A tenant is `migrating` while it runs; where a run was killed the next one
 * goes on with those that are not current. Who is suspended is migrated too, and stays suspended.
 */
export async function migrateTenants(place: TenantsPlace, allowLoss: readonly string[]): Promise<Migrated> {
  const version = versionOf(place.folder)
  const rows = await place.directory.list()
  const isToBeMigrated = ({ status }: TenantRow) => status !== 'creating' && status !== 'moving'
  const isCurrent = (row: TenantRow) => row.schemaVersion === version && row.status !== 'migrating'
  const passedOver = rows.filter((row) => !isToBeMigrated(row)).map(({ name }) => name)
  const done = rows.filter((row) => isToBeMigrated(row) && isCurrent(row)).map(({ name }) => name)
  const waiting = rows.filter((row) => isToBeMigrated(row) && !isCurrent(row))
  const failed = new Map<string, string>()
  let left = waiting.length
  place.say(`${done.length} are current, ${left} are to be migrated`)
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const reason = await migrateTenant(place, row, allowLoss)
      left -= 1
      if (reason === null) done.push(row.name)
      else failed.set(row.name, reason)
      place.say(
        `${done.length} done, ${failed.size} failed, ${left} left: ${row.name}${reason === null ? '' : `: ${reason}`}`,
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return { done, failed, passedOver }
}

const changedMeanwhile = 'somebody else changed it meanwhile: migrate once more'

/** @returns why it failed, or null */
async function migrateTenant(
  place: TenantsPlace,
  { name, status }: TenantRow,
  allowLoss: readonly string[],
): Promise<string | null> {
  const { directory, databaseToken, folder } = place
  const isSuspended = status === 'suspended'
  if (!isSuspended && !(await directory.change(name, ['active', 'migrating'], { status: 'migrating' })))
    return changedMeanwhile
  try {
    // It may have been moved since the list was read, hours ago.
    const { url } = await directory.get(name)
    const schemaVersion = await migrate({
      databaseUrl: databaseUrl(place, { name, url }),
      ...(databaseToken && { databaseToken }),
      folder,
      allowLoss,
    })
    const isSuspendedNow = await directory.change(name, ['suspended'], { schemaVersion }, { url })
    const current = { schemaVersion, status: 'active' } as const
    const isDone = isSuspendedNow || (await directory.change(name, ['migrating'], current, { url }))
    return isDone ? null : changedMeanwhile
  } catch (error) {
    // One transaction: it did all or nothing, so what it is now can be served.
    await directory.change(name, ['migrating'], { status: 'active' })
    if (error instanceof Failure) return error.message
    return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'
  }
}
