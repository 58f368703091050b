import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { BackendDeclaration } from '../declare/backend.ts'
import { Failure, parseFlags, run } from './command.ts'
import {
  createStatements,
  declaredSearch,
  dropStatements,
  searchChange,
  statementBreakpoint,
} from './search.ts'
import { typesFile } from './types/module.ts'

export interface GenerateOptions {
  /** An `index.ts` whose default export is the backend, and the modules of its tables. */
  readonly backendFolder: string
  /** Folder of the migrations; made if it is not there, otherwise extended. */
  readonly output: string
  /** Lets drizzle-kit ask at the terminal whether a column was renamed. Default: it may not, and fails instead. */
  readonly interactive?: boolean
}

const root = resolve(import.meta.dirname, '../..')

/**
 * Writes the migrations that are missing for the tables of a backend, of `auth` and of the ledger, and for full-text search.
 * @returns the new files, by name; none if the migrations were current
 * @throws Failure when the folder is not a backend, or drizzle-kit cannot go on
 */
export async function generate(options: GenerateOptions): Promise<readonly string[]> {
  const { modules, backend } = await readBackend(options.backendFolder)
  const before = await readMigrations(options.output)
  await drizzleKit(options, modules, ['--name', before.length === 0 ? 'tables' : 'change'])
  const fresh = (await readMigrations(options.output)).slice(before.length)
  const change = searchChange(
    declaredSearch(backend),
    before.map(({ sql }) => sql),
    fresh.map(({ sql }) => sql),
  )
  const drops = change.drop.flatMap(dropStatements)
  const creates = change.create.flatMap(createStatements)
  const [first] = fresh
  // SQLite refuses to drop a column that a trigger names: the old triggers go before the tables change.
  if (first !== undefined && drops.length > 0) await write(first.path, [...drops, first.sql])
  const statements = first === undefined ? [...drops, ...creates] : creates
  if (statements.length > 0) {
    const count = before.length + fresh.length
    await drizzleKit(options, modules, ['--custom', '--name', 'search'])
    const added = (await readMigrations(options.output)).slice(count)
    for (const migration of added) await write(migration.path, statements)
    fresh.push(...added)
  }
  return fresh.map(({ path }) => relative(options.output, path))
}

/** The default export of `index.ts` in the folder. @throws Failure if there is none */
export async function loadBackend(folder: string): Promise<BackendDeclaration> {
  const path = resolve(folder, 'index.ts')
  const names = existsSync(folder) ? await readdir(folder) : []
  if (!names.includes('index.ts')) {
    throw new Failure(`There is no backend in ${folder}: it needs an index.ts with its tables beside it.`)
  }
  const module: { default?: BackendDeclaration } = await import(path)
  if (!Array.isArray(module.default?.resources)) {
    throw new Failure(`${relative(root, path)} must export \`backend({ … })\` as its default.`)
  }
  return module.default
}

/** Only modules that export a table go to drizzle-kit, so that it need not load a seed or a test. */
async function readBackend(folder: string): Promise<{ modules: string[]; backend: BackendDeclaration }> {
  const backend = await loadBackend(folder)
  const ownTables = (await readdir(join(root, 'src/auth/tables'))).sort()
  const modules = [
    ...ownTables.map((name) => join(root, 'src/auth/tables', name)),
    join(root, 'src/ledger/tables.ts'),
  ]
  for (const entry of (await readdir(folder, { recursive: true })).sort()) {
    if (!entry.endsWith('.ts') || entry.endsWith('.test.ts') || entry.endsWith('.d.ts')) continue
    if (entry === 'seed.ts' || entry === typesFile) continue
    const path = resolve(folder, entry)
    const module: Record<string, unknown> = await import(path)
    if (Object.values(module).some((value) => is(value, SQLiteTable))) modules.push(path)
  }
  return { modules, backend }
}

interface Migration {
  readonly path: string
  readonly sql: string
}

/** In the order in which they apply. */
async function readMigrations(folder: string): Promise<Migration[]> {
  const journal = await readFile(join(folder, 'meta/_journal.json'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{"entries":[]}'
      throw error
    },
  )
  const { entries } = JSON.parse(journal) as { entries: readonly { tag: string }[] }
  const paths = entries.map(({ tag }) => join(folder, `${tag}.sql`))
  return Promise.all(paths.map(async (path) => ({ path, sql: await readFile(path, 'utf8') })))
}

function write(path: string, statements: readonly string[]): Promise<void> {
  return writeFile(path, statements.join(statementBreakpoint))
}

/** Its configuration is a file: a list of modules does not fit into its flags. */
async function drizzleKit(
  options: GenerateOptions,
  modules: readonly string[],
  flags: readonly string[],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'selvage-generate-'))
  try {
    const config = join(folder, 'drizzle.config.json')
    // An absolute `out` would be joined to the working directory.
    const out = relative(root, resolve(options.output))
    await writeFile(config, JSON.stringify({ dialect: 'sqlite', schema: modules, out }))
    const args = [join(root, 'node_modules/drizzle-kit/bin.cjs'), 'generate', `--config=${config}`, ...flags]
    await (options.interactive === true ? runAtTerminal(args) : runSilently(args, options))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** drizzle-kit ends with status 0 too when it had to ask and could not: what it says decides. */
function runSilently(args: readonly string[], { backendFolder, output }: GenerateOptions): Promise<void> {
  return new Promise((done, fail) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      if (error === null && /Your SQL migration|No schema changes/.test(stdout)) return done()
      const flags = [backendFolder, output].map((path) => relative(process.cwd(), resolve(path)))
      const said = stderr.includes('require a TTY')
        ? `a column or table has another name, or went while another came. Say which at a terminal: \`npm run generate -- --backend ${flags[0]} --output ${flags[1]}\`.`
        : `${stderr}\n${stdout}`.trim().split('\n').slice(-3).join(' ').trim()
      fail(new Failure(`The migrations could not be generated: ${said}`, { cause: error ?? stderr }))
    })
  })
}

function runAtTerminal(args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
    child.once('error', fail)
    child.once('exit', (code) =>
      code === 0 ? done() : fail(new Failure('The migrations could not be generated: see above.')),
    )
  })
}

if (import.meta.main) {
  const command = {
    name: 'npm run generate',
    flags: { backend: { placeholder: 'DIR' }, output: { placeholder: 'DIR' } },
  }
  await run(async () => {
    const { backend = 'src/backend', output = 'drizzle' } = parseFlags(command, process.argv.slice(2))
    const interactive = process.stdin.isTTY === true
    const files = await generate({ backendFolder: String(backend), output: String(output), interactive })
    console.log(files.length === 0 ? 'The migrations are current.' : `Written: ${files.join(', ')}`)
  })
}
