import { setTimeout as sleep } from 'node:timers/promises'
import { isTenantName } from '../../tenant/name.ts'
import { Failure } from '../command.ts'
import { assertAnswers, migrate } from '../migrate.ts'
import { openClient } from '../migration/client.ts'
import { tableNames } from '../migration/rows.ts'
import type { TenantRow } from './directory.ts'
import { assertNobodyElses, databaseUrl, type TenantsPlace } from './place.ts'

/**
 * A tenant with an empty database, migrated. A run that was killed is taken up by the next one with the same name: until
 * then the tenant is `creating`, and nobody is served.
 * @param url of its database; null: by the pattern
 * @throws Failure when the name is none or taken, or the database is not empty: it may be somebody's
 */
export async function createTenant(
  place: TenantsPlace,
  name: string,
  url: string | null,
): Promise<TenantRow> {
  const { directory, databaseToken, folder } = place
  if (!isTenantName(name)) {
    throw new Failure(
      `'${name}' cannot be a name: small letters and digits, single hyphens between them, 40 at most.`,
    )
  }
  const found = await directory.find(name)
  if (found === null || found.status === 'removed') {
    if (found !== null) await untilForgotten(place, found)
    if (url === null) await place.namespaces?.create(name)
    const where = databaseUrl(place, { name, url })
    await assertEmpty(where, databaseToken)
    await assertNobodyElses(place, name, where)
    await directory.add(name, url)
  } else if (found.status !== 'creating' || (url !== null && found.url !== url)) {
    throw new Failure(`There is a tenant ${name} already.`)
  }
  const row = await directory.get(name)
  const schemaVersion = await migrate({
    databaseUrl: databaseUrl(place, row),
    ...(databaseToken && { databaseToken }),
    folder,
  })
  if (!(await directory.change(name, ['creating'], { status: 'active', schemaVersion }))) {
    throw new Failure(
      `Somebody else changed ${name} meanwhile: look with \`npm run tenants -- list\`, and create it again if it is not there.`,
    )
  }
  return directory.get(name)
}

/** Isolates that take it for what it was would let in who has keys of that. */
async function untilForgotten(
  { settleMilliseconds, say }: TenantsPlace,
  { name, changedAt }: TenantRow,
): Promise<void> {
  const left = changedAt + settleMilliseconds - Date.now()
  if (left <= 0) return
  say(
    `${name} was removed a moment ago: waiting ${Math.ceil(left / 1_000)} s until no isolate takes it for what it was`,
  )
  await sleep(left)
}

/** @throws Failure when the database does not answer, or has tables */
export async function assertEmpty(url: string, databaseToken: string | undefined): Promise<void> {
  await assertAnswers(url, databaseToken)
  const client = openClient(url, databaseToken)
  try {
    const tables = await tableNames(client)
    if (tables.length > 0) throw new Failure(`The database at ${url} is not empty: give one that is.`)
  } finally {
    client.close()
  }
}
