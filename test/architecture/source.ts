import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vitest/node'

/** A TypeScript file: its path from the root of the repository, and its text. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** Anything that a parser makes: only what the rules look at is known. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly [member: string]: unknown
}

/** Every `.ts` file below these folders. */
export function readSources(root: string, folders: readonly string[]): readonly Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ path: file.slice(root.length + 1), text: readFileSync(file, 'utf8') })),
  )
}

/** Every node of the syntax tree, types too. */
export function nodesOf(source: Source): readonly Node[] {
  const found: Node[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (isNode(value)) found.push(value)
    Object.values(value).forEach(visit)
  }
  visit(parseAst(source.text, { lang: source.path.endsWith('.d.ts') ? 'dts' : 'ts' }))
  return found
}

/** `file:line`, as an editor understands it. */
export function placeOf(source: Source, node: Node): string {
  return `${source.path}:${source.text.slice(0, node.start).split('\n').length}`
}

function isNode(value: object): value is Node {
  return 'type' in value && typeof value.type === 'string' && 'start' in value
}
