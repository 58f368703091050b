import { posix } from 'node:path'
import type { Source } from './source.ts'

const maxLines = 250
const maxFiles = 9

/** A file or folder that may be larger than the rule, each with its reason. */
export type Exceptions = Readonly<Record<string, string>>

export function lineFaults(sources: readonly Source[], exceptions: Exceptions): readonly string[] {
  const sizes = sources.map(({ path, text }) => [path, text.trimEnd().split('\n').length] as const)
  return [
    ...sizes
      .filter(([path, lines]) => lines > maxLines && exceptions[path] === undefined)
      .map(([path, lines]) => `${path} has ${lines} lines, at most ${maxLines}: split it by idea`),
    ...unneeded(exceptions, new Map(sizes), maxLines),
  ]
}

export function folderFaults(sources: readonly Source[], exceptions: Exceptions): readonly string[] {
  const sizes = new Map<string, number>()
  for (const { path } of sources) {
    const folder = posix.dirname(path)
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1)
  }
  return [
    ...[...sizes]
      .filter(([folder, files]) => files > maxFiles && exceptions[folder] === undefined)
      .map(
        ([folder, files]) => `${folder} has ${files} files, at most ${maxFiles}: give a part its own folder`,
      ),
    ...unneeded(exceptions, sizes, maxFiles),
  ]
}

function unneeded(
  exceptions: Exceptions,
  sizes: ReadonlyMap<string, number>,
  most: number,
): readonly string[] {
  return Object.keys(exceptions)
    .filter((path) => (sizes.get(path) ?? 0) <= most)
    .map((path) => `${path} needs no exception any more`)
}

const topLevel = new Set([
  ...['src', 'drizzle', 'test', 'bench', 'README.md', 'ARCHITECTURE.md'],
  ...[
    'wrangler.toml',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'biome.json',
    'vitest.config.ts',
  ],
])
/** What tools make, and git ignores. */
const made = new Set(['node_modules', 'dist'])

export function topLevelFaults(names: readonly string[]): readonly string[] {
  return names
    .filter((name) => !name.startsWith('.') && !made.has(name) && !topLevel.has(name))
    .map((name) => `${name} does not belong at the top of the repository`)
}
