import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { projectFolder } from './project.ts'

/** A Worker as `wrangler deploy` would upload it. */
export interface Bundle {
  readonly folder: string
  /** File of the module that is served, inside `folder`. */
  readonly main: string
  readonly rawBytes: number
  readonly gzipBytes: number
}

const run = promisify(execFile)

/**
 * Bundles an entry as `npm run build` does, with Wrangler and the project's own wrangler.toml, so that what is measured is what is
 * deployed, and the hand-written Workers get the same flags.
 */
export async function bundleWorker(entry: string, folder: string): Promise<Bundle> {
  await mkdir(folder, { recursive: true })
  const wrangler = join(projectFolder, 'node_modules/wrangler/bin/wrangler.js')
  const config = await configWithoutBindings(folder)
  const flags = ['--config', config, '--dry-run', '--minify', '--outdir', folder]
  await run(process.execPath, [wrangler, 'deploy', entry, ...flags], {
    cwd: projectFolder,
    env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' },
  })
  const modules = (await readdir(folder)).filter((name) => name.endsWith('.js'))
  const [main] = modules
  if (main === undefined || modules.length > 1) {
    throw new Error(`expected one module for ${entry}, got: ${modules.join(', ') || 'none'}`)
  }
  const code = await readFile(join(folder, main))
  return { folder, main, rawBytes: code.byteLength, gzipBytes: gzipSync(code).byteLength }
}

/** What comes before the tables of wrangler.toml: an entry of another Worker exports none of the classes that are bound there. */
async function configWithoutBindings(folder: string): Promise<string> {
  const [flags = ''] = (await readFile(join(projectFolder, 'wrangler.toml'), 'utf8')).split(/^\[/m)
  const file = join(folder, 'wrangler.toml')
  await writeFile(file, flags)
  return file
}
