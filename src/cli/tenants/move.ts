import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@libsql/client'
import { Failure } from '../command.ts'
import { assertAnswers } from '../migrate.ts'
import { openClient } from '../migration/client.ts'
import { copyDatabase } from './copy/copy.ts'
import { wipe } from './copy/schema.ts'
import { assertEmpty } from './create.ts'
import { newSalt } from './directory.ts'
import { assertNobodyElses, databaseUrl, type TenantsPlace } from './place.ts'

export interface MoveOptions {
  readonly to: string
  /** How long to wait until nobody writes any more. Default: as the place says. */
  readonly settleMilliseconds?: number
}

/**
 * Copies the database of an active tenant to another one and switches over to it. Meanwhile nobody is served: first
 * nobody writes for as long as isolates believe the directory, then all is copied, and compared by count and SHA-256. The
 * old database stays as it is, until `remove --old`. A move that failed leaves the tenant where it was, and the new
 * database empty; one that was killed leaves it `moving`, and is started again by the same command, or given up by
 * `resume`. Of two that run at once the one that began later goes on.
 * @throws Failure when the copy is not the same, when the new database is not empty or somebody else's, or when another
 * command has taken over
 */
export async function moveTenant(place: TenantsPlace, name: string, options: MoveOptions): Promise<void> {
  const { directory, databaseToken } = place
  const { to, settleMilliseconds = place.settleMilliseconds } = options
  const row = await directory.get(name)
  const from = databaseUrl(place, row)
  if (from === to) throw new Failure(`${name} is there already.`)
  if (row.oldUrl !== null) {
    throw new Failure(`${row.oldUrl} is kept of an earlier move: \`remove ${name} --old\` first.`)
  }
  if (row.status !== 'active' && row.status !== 'moving')
    throw new Failure(`${name} is ${row.status}: only an active tenant can be moved.`)
  // What a former run of this move had copied is nobody's.
  const isRetry = row.status === 'moving' && row.targetUrl === to
  if (isRetry) await assertAnswers(to, databaseToken)
  else await assertEmpty(to, databaseToken)
  await assertNobodyElses(place, name, to)
  const moveId = newSalt()
  const change = { status: 'moving', targetUrl: to, moveId } as const
  if (!(await directory.change(name, [row.status], change, { url: row.url, moveId: row.moveId })))
    throw new Failure(`Somebody else changed ${name} meanwhile: look with \`npm run tenants -- list\`.`)
  const isOurs = () => directory.change(name, ['moving'], {}, { moveId })
  const assertOurs = async (): Promise<void> => {
    if (!(await isOurs()))
      throw new Failure(
        `Another command has taken over the move of ${name}, or has given it up: this one ends.`,
      )
  }
  let hasBegun = false
  const [source, target] = [openClient(from, databaseToken), openClient(to, databaseToken)]
  try {
    place.say(`${name} is not served from now on; waiting until nothing writes any more`)
    await sleep(settleMilliseconds)
    await assertOurs()
    if (isRetry) await wipe(target)
    else await assertEmpty(to, databaseToken)
    hasBegun = true
    const { tables, rows } = await copyDatabase(source, target, assertOurs)
    place.say(`${tables} tables with ${rows} rows are the same in both`)
    const moved = {
      status: 'active',
      url: to,
      oldUrl: from,
      targetUrl: null,
      moveId: null,
      stay: moveId,
    } as const
    if (!(await directory.change(name, ['moving'], moved, { moveId }))) await assertOurs()
  } catch (error) {
    if (hasBegun && (await isOurs())) await clean(target, place, to)
    await directory.change(name, ['moving'], { status: 'active', targetUrl: null, moveId: null }, { moveId })
    throw error
  } finally {
    source.close()
    target.close()
  }
}

/** It was empty before, and nobody else can have taken it as long as the directory names it. */
async function clean(target: Client, { say }: TenantsPlace, to: string): Promise<void> {
  try {
    await wipe(target)
  } catch (error) {
    say(`What was copied to ${to} is still there (${String(error)}): empty it before the next try.`)
  }
}
