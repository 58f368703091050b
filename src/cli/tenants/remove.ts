import { databasePattern, databaseUrlOf } from '../../tenant/pattern.ts'
import { Failure } from '../command.ts'
import { databaseUrl, type TenantsPlace } from './place.ts'

/** Takes a tenant out of the directory, then deletes its namespace. @returns what is left to do, or null */
export async function removeTenant(place: TenantsPlace, name: string): Promise<string | null> {
  const { directory } = place
  const row = await directory.get(name)
  const url = databaseUrl(place, row)
  if (!(await directory.change(name, [row.status], { status: 'removed' })))
    throw new Failure(
      `Somebody else changed ${name} meanwhile: look with \`npm run tenants -- list\`, and remove it again.`,
    )
  return deleteDatabase(place, name, url)
}

/** Forgets the database that a tenant had before it moved. @returns what is left to do, or null */
export async function removeOld(place: TenantsPlace, name: string): Promise<string | null> {
  const { oldUrl } = await place.directory.get(name)
  if (oldUrl === null) throw new Failure(`${name} has no database of before a move.`)
  const rest = await deleteDatabase(place, name, oldUrl)
  await place.directory.change(name, ['active', 'suspended', 'migrating', 'moving'], { oldUrl: null })
  return rest
}

/** Only a namespace that has the tenant's name by the pattern is surely its own. */
async function deleteDatabase(
  { bindings, namespaces }: TenantsPlace,
  name: string,
  url: string,
): Promise<string | null> {
  const pattern = databasePattern(bindings)
  if (namespaces === null || pattern === null || databaseUrlOf(pattern, name) !== url) {
    return `The database at ${url} is as it was: delete it there.`
  }
  await namespaces.remove(name)
  return null
}
