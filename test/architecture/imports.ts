import { posix } from 'node:path'
import { type Node, nodesOf, placeOf, type Source } from './source.ts'

/** One import, export-from, dynamic import or `import('…')` type. Types obey the arrows too. */
export interface Import {
  readonly from: string
  /** A path of the repository when `local`, otherwise the specifier as it stands. */
  readonly to: string
  readonly local: boolean
  /** Loaded when it is first used. */
  readonly later: boolean
  readonly place: string
}

const kinds = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
])

/** What package.json's `imports` say. */
const aliases = new Map([['#backend', 'src/backend/index.ts']])

export function importsOf(source: Source): readonly Import[] {
  return nodesOf(source)
    .filter((node) => kinds.has(node.type))
    .flatMap((node) => {
      const specifier = specifierOf(node)
      if (specifier === null) return []
      const later = node.type === 'ImportExpression'
      return [{ from: source.path, place: placeOf(source, node), later, ...resolve(source.path, specifier) }]
    })
}

function specifierOf(node: Node): string | null {
  const literal = node.source ?? node.argument ?? node.expression
  if (typeof literal !== 'object' || literal === null) return null
  if ('literal' in literal) return specifierOf({ ...node, source: literal.literal })
  return 'value' in literal && typeof literal.value === 'string' ? literal.value : null
}

function resolve(from: string, specifier: string): { to: string; local: boolean } {
  const alias = aliases.get(specifier)
  if (alias !== undefined) return { to: alias, local: true }
  if (!specifier.startsWith('.')) return { to: specifier, local: false }
  return { to: posix.join(posix.dirname(from), specifier), local: true }
}
