import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TenantsPlace } from '../../../src/cli/tenants/place.ts'
import type { TenantWorld } from '../../tenant/world.ts'

/** The place of a world as it becomes: each time with one more migration. */
export function migrationsOf(world: () => TenantWorld) {
  let newest: string | null = null
  return async (name: string, statements: readonly string[]): Promise<TenantsPlace> => {
    const { folder: root, place } = world()
    const folder = join(root, name)
    await mkdir(folder)
    await cp(newest ?? place.folder, folder, { recursive: true })
    newest = folder
    const path = join(folder, 'meta/_journal.json')
    const journal = JSON.parse(await readFile(path, 'utf8')) as { entries: { when: number; idx: number }[] }
    const [last] = journal.entries.slice(-1)
    if (last === undefined) throw new RangeError('there is a migration')
    const entry = { ...last, idx: last.idx + 1, when: last.when + 1, tag: name }
    await writeFile(path, JSON.stringify({ ...journal, entries: [...journal.entries, entry] }))
    await writeFile(join(folder, `${name}.sql`), statements.join('\n--> statement-breakpoint\n'))
    return { ...place, folder }
  }
}
