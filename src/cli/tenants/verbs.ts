import type { TenantsDeclaration } from '../../declare/backend.ts'
import { keptMilliseconds } from '../../tenant/tenancy.ts'
import { Failure } from '../command.ts'
import { createTenant } from './create.ts'
import { newSalt, type TenantRow } from './directory.ts'
import { migrateTenants } from './migrate.ts'
import { moveTenant } from './move.ts'
import { databaseUrl, parseDatabaseUrl, settingsOf, type TenantsPlace } from './place.ts'
import { removeOld, removeTenant } from './remove.ts'

/** The flags of one call. */
export interface TenantFlags {
  /** Of the database of a new tenant; null: by the pattern. */
  readonly url: string | null
  /** Where to move. */
  readonly to: string | null
  readonly allowLoss: readonly string[]
  /** What the backend declares. @throws Failure if it does not */
  readonly tenants: () => Promise<TenantsDeclaration>
  readonly isJson: boolean
  readonly isOld: boolean
  readonly isSure: boolean
  readonly rotates: boolean
}

type Verb = (place: TenantsPlace, name: string | null, flags: TenantFlags) => Promise<void>

const create: Verb = async (place, name, { url, tenants }) => {
  const declaration = await tenants()
  const row = await createTenant(place, named(name), url === null ? null : parseDatabaseUrl(url))
  show(place, row, declaration)
}

const list: Verb = async (place, _name, { isJson }) => {
  const rows = (await place.directory.list()).map((row) => {
    const { name, status, schemaVersion, oldUrl } = row
    return { name, status, schemaVersion, databaseUrl: databaseUrl(place, row), oldUrl }
  })
  if (isJson) console.log(JSON.stringify(rows))
  else if (rows.length === 0) console.log('There are no tenants.')
  else console.table(rows)
}

const migrate: Verb = async (place, _name, { allowLoss }) => {
  const { done, failed, passedOver } = await migrateTenants(place, allowLoss)
  for (const name of passedOver) place.say(`${name} is being created or moved: passed over`)
  if (failed.size > 0) {
    const list = [...failed].map(([name, reason]) => `  ${name}: ${reason}`).join('\n')
    throw new Failure(`${failed.size} of ${failed.size + done.length} tenants were not migrated:\n${list}`)
  }
  console.log(`${done.length} tenants are current.`)
}

const suspend: Verb = async ({ directory }, name, _flags) => {
  await directory.get(named(name))
  if (!(await directory.change(named(name), ['active', 'migrating'], { status: 'suspended' })))
    throw new Failure(`${name} is not active.`)
  console.log(`${name} is suspended: everywhere within ${keptMilliseconds.active / 1_000} seconds.`)
}

const resume: Verb = async ({ directory }, name, _flags) => {
  await directory.get(named(name))
  const served = { status: 'active', targetUrl: null, moveId: null } as const
  if (!(await directory.change(named(name), ['suspended', 'moving'], served)))
    throw new Failure(`${name} is neither suspended nor being moved.`)
  console.log(`${name} is served again.`)
}

const move: Verb = async (place, name, { to }) => {
  if (to === null) throw new Failure('Where to? Give --to URL of an empty database.')
  await moveTenant(place, named(name), { to: parseDatabaseUrl(to) })
  console.log(`${name} is served from ${to}. What it was before is kept: \`remove ${name} --old\`.`)
}

const remove: Verb = async (place, name, { isOld, isSure }) => {
  if (!isSure) throw new Failure(`This takes ${named(name)} away for ever: add --yes.`)
  const rest = await (isOld ? removeOld : removeTenant)(place, named(name))
  console.log(rest ?? `${isOld ? 'The former database of ' : ''}${name} is removed.`)
}

const keys: Verb = async (place, name, { rotates, tenants }) => {
  const declaration = await tenants()
  const row = await place.directory.get(named(name))
  if (rotates) await place.directory.change(row.name, [row.status], { keySalt: newSalt() })
  show(place, await place.directory.get(row.name), declaration)
}

/** By the word behind `npm run tenants --`. */
export const verbs: ReadonlyMap<string, Verb> = new Map([
  ['create', create],
  ['list', list],
  ['migrate', migrate],
  ['suspend', suspend],
  ['resume', resume],
  ['move', move],
  ['remove', remove],
  ['keys', keys],
])

function named(name: string | null): string {
  if (name === null) throw new Failure('Which tenant? Give its name.')
  return name
}

function show(place: TenantsPlace, row: TenantRow, declaration: TenantsDeclaration): void {
  const { apiUrl, publishableKey, secretKey, databaseUrl: url } = settingsOf(place, row, declaration)
  const lines = [
    ['Tenant', `${row.name} (${row.status})`],
    ['API URL', apiUrl],
    ['Publishable key', publishableKey],
    ['Secret key', secretKey],
    ['Database URL', url],
  ]
  console.log(lines.map(([label = '', value]) => `  ${label.padEnd(16)} ${value}`).join('\n'))
}
