import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const projectFolder: string = join(import.meta.dirname, '../..')

/** The runtime that wrangler.toml asks for, so that plain workerd runs what is deployed. */
export interface Runtime {
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
}

export async function readRuntime(): Promise<Runtime> {
  const toml = await readFile(join(projectFolder, 'wrangler.toml'), 'utf8')
  const date = /^compatibility_date\s*=\s*"([^"]+)"/m.exec(toml)?.[1]
  if (date === undefined) throw new Error('wrangler.toml has no compatibility_date')
  const flags = /^compatibility_flags\s*=\s*\[([^\]]*)\]/m.exec(toml)?.[1] ?? ''
  return {
    compatibilityDate: date,
    compatibilityFlags: [...flags.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ''),
  }
}
