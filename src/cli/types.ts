import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { linkModel } from '../model/model.ts'
import { Failure, parseFlags, run } from './command.ts'
import { loadBackend } from './generate.ts'
import { shopFolder } from './local/instance.ts'
import { typesFile, typesModule } from './types/module.ts'

export interface TypesOptions {
  /** An `index.ts` whose default export is the backend. */
  readonly backendFolder: string
  /** Default: `database.types.ts` in that folder. */
  readonly output?: string
}

const root = resolve(import.meta.dirname, '../..')

/**
 * Writes the types of a backend for supabase-js.
 * @returns the path of the file; null if it was current
 * @throws Failure when the folder is not a backend
 */
export async function writeTypes({ backendFolder, output }: TypesOptions): Promise<string | null> {
  const path = resolve(output ?? join(backendFolder, typesFile))
  const text = await format(typesModule(linkModel(await loadBackend(backendFolder))))
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (before === text) return null
  await writeFile(path, text)
  return path
}

/** By the rules of the project, so that its own check accepts the file wherever it lies. */
function format(text: string): Promise<string> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'format', `--stdin-file-path=src/${typesFile}`, '--vcs-enabled=false']
  return new Promise((done, fail) => {
    const options = { cwd: root, maxBuffer: Number.POSITIVE_INFINITY }
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) done(stdout)
      else fail(new Failure(`The types could not be formatted: ${stderr.trim()}`, { cause: error }))
    })
    child.stdin?.end(text)
  })
}

if (import.meta.main) {
  const command = {
    name: 'npm run types',
    flags: { backend: { placeholder: 'DIR' }, output: { placeholder: 'FILE' } },
  }
  await run(async () => {
    const { backend = shopFolder, output } = parseFlags(command, process.argv.slice(2))
    const written = await writeTypes({
      backendFolder: String(backend),
      ...(output !== undefined && { output: String(output) }),
    })
    console.log(written === null ? 'The types are current.' : `Written: ${relative(process.cwd(), written)}`)
  })
}
