import { layerOf } from './arrows.ts'
import { importsOf } from './imports.ts'
import { type Node, nodesOf, placeOf, type Source } from './source.ts'

/** What silences the compiler or the linter, or hides what a file exports. */
export function silencerFaults(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => [
    ...nodesOf(source).flatMap((node) => {
      const what = silencers.get(node.type)
      return what === undefined ? [] : [`${placeOf(source, node)}: ${what}`]
    }),
    ...source.text.split('\n').flatMap((line, index) => {
      const [comment] = /@ts-(ignore|expect-error|nocheck)|biome-ignore/.exec(line) ?? []
      return comment === undefined ? [] : [`${source.path}:${index + 1}: ${comment}`]
    }),
  ])
}

const silencers = new Map([
  ['TSAnyKeyword', 'any'],
  ['TSNonNullExpression', 'non-null !'],
  ['ExportAllDeclaration', 'export *'],
])

/** Who calls something a gate: only what has looked at the policies may. */
export function gateFaults(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(({ path }) => path !== 'src/query/guard.ts')
    .flatMap((source) =>
      nodesOf(source).flatMap((node) => {
        const name = node.type === 'TSAsExpression' ? castOf(node.typeAnnotation) : ''
        return name === 'Gate' || name === 'Guarded' ? [`${placeOf(source, node)}: as ${name}`] : []
      }),
    )
}

function castOf(type: unknown): string {
  return typeof type === 'object' && type !== null && 'typeName' in type ? nameOf(type.typeName) : ''
}

/** Where the platform may be named: the entry. */
const platformOwners = new Set(['worker.ts'])
/** Where `env` may be read besides: the application hands the settings on, and Node has one of its own. */
const environmentReaders = new Set([...platformOwners, 'app.ts', 'cli'])
const bindingTypes =
  /^(KVNamespace|D1Database|R2Bucket|Queue|DurableObject(Namespace|State|Stub|Storage)?|Hyperdrive|AnalyticsEngineDataset)$/

export function platformFaults(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => {
    const layer = layerOf(source.path)
    const imports = platformOwners.has(layer)
      ? []
      : importsOf(source)
          .filter(({ to }) => to.startsWith('cloudflare:'))
          .map(({ place, to }) => `${place}: ${to} belongs in worker.ts`)
    const uses = nodesOf(source).flatMap((node) => {
      const use = platformUse(node, layer)
      return use === null ? [] : [`${placeOf(source, node)}: ${use}`]
    })
    return [...imports, ...uses]
  })
}

function platformUse(node: Node, layer: string): string | null {
  if (node.type === 'TSTypeReference' && !platformOwners.has(layer)) {
    const name = nameOf(node.typeName)
    return bindingTypes.test(name) ? `${name} belongs in worker.ts` : null
  }
  if (node.type === 'MemberExpression' && !environmentReaders.has(layer) && nameOf(node.property) === 'env') {
    return 'env is read in worker.ts and app.ts only'
  }
  return null
}

function nameOf(node: unknown): string {
  return typeof node === 'object' && node !== null && 'name' in node ? String(node.name) : ''
}
