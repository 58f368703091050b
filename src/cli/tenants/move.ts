import { setTimeout as sleep } from 'node:timers/promises'
import { keptMilliseconds } from '../../tenant/tenancy.ts'
import { Failure } from '../command.ts'
import { assertAnswers } from '../migrate.ts'
import { openClient } from '../migration/client.ts'
import { copyDatabase } from './copy/copy.ts'
import { wipe } from './copy/schema.ts'
import { assertEmpty } from './create.ts'
import type { TenantRow } from './directory.ts'
import { databaseUrl, type TenantsPlace } from './place.ts'

/** Isolates believe the directory for so long, and what they have begun by then takes at most ten seconds, and one more. */
const settleMilliseconds: number = keptMilliseconds.active + 11_000

export interface MoveOptions {
  readonly to: string
  /** How long to wait until nobody writes any more. Default `settleMilliseconds`. */
  readonly settleMilliseconds?: number
}

/**
 * Copies the database of an active tenant to another one and switches over to it. Meanwhile nobody is served: first
 * nobody writes for as long as isolates believe the directory, then all is copied, and compared by count and SHA-256. The
 * old database stays as it is, until `remove --old`. A move that failed leaves the tenant where it was; one that
 * was killed leaves it `moving`, and is started again by the same command, or given up by `resume`.
 * @throws Failure when the copy is not the same, or the new database is not empty
 */
export async function moveTenant(place: TenantsPlace, name: string, options: MoveOptions): Promise<void> {
  const { directory } = place
  const { to } = options
  const row = await directory.get(name)
  const from = databaseUrl(place, row)
  if (from === to) throw new Failure(`${name} is there already.`)
  if (row.oldUrl !== null) {
    throw new Failure(`${row.oldUrl} is kept of an earlier move: \`remove ${name} --old\` first.`)
  }
  // What a former run of this move had copied is nobody's.
  const isRetry = row.targetUrl === to
  if (isRetry) await assertAnswers(to, place.databaseToken)
  else await assertEmpty(to, place.databaseToken)
  if (!(await directory.change(name, ['active', 'moving'], { status: 'moving', targetUrl: to }))) {
    throw new Failure(`${name} is ${row.status}: only an active tenant can be moved.`)
  }
  try {
    place.say(`${name} is not served from now on; waiting until nothing writes any more`)
    await sleep(options.settleMilliseconds ?? settleMilliseconds)
    await copy(place, { from, to, isRetry })
    const moved: Partial<TenantRow> = { status: 'active', url: to, oldUrl: from, targetUrl: null }
    if (!(await directory.change(name, ['moving'], moved)))
      throw new Failure(`Somebody else changed ${name} meanwhile: it stays at ${from}.`)
  } catch (error) {
    await directory.change(name, ['moving'], { status: 'active' })
    throw error
  }
}

async function copy(
  { databaseToken, say }: TenantsPlace,
  { from, to, isRetry }: { readonly from: string; readonly to: string; readonly isRetry: boolean },
): Promise<void> {
  const source = openClient(from, databaseToken)
  const target = openClient(to, databaseToken)
  try {
    if (isRetry) await wipe(target)
    const { tables, rows } = await copyDatabase(source, target)
    say(`${tables} tables with ${rows} rows are the same in both`)
  } finally {
    source.close()
    target.close()
  }
}
