import { type Import, importsOf } from './imports.ts'
import type { Source } from './source.ts'

/** Which layer of src/ may import which. A layer is a folder of src/, or a file that lies in src/ itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  declare: ['base'],
  model: ['base', 'declare'],
  query: ['base', 'declare', 'model'],
  sql: ['base', 'declare', 'model', 'query'],
  database: ['base'],
  cache: ['base'],
  events: ['base', 'declare', 'model', 'database'],
  engine: ['base', 'declare', 'model', 'query', 'sql', 'database', 'cache', 'events'],
  auth: ['base', 'declare', 'model', 'database', 'cache', 'events'],
  privacy: ['base', 'declare', 'model', 'database', 'events'],
  insight: ['base', 'database'],
  rest: ['base', 'declare', 'model', 'query', 'engine', 'auth'],
  graphql: ['base', 'declare', 'model', 'query', 'engine', 'auth'],
  reference: ['base', 'declare', 'model', 'query', 'engine', 'database', 'auth'],
  backend: ['index.ts'],
}

/** They put the layers together, and may use all of them but what is for Node alone. */
const roots = new Set(['index.ts', 'app.ts', 'server.ts', 'worker.ts'])

/** Of packages, the author's part knows the one in which tables are written. */
const backendPackages = /^drizzle-orm(\/|$)/

export function arrowFaults(sources: readonly Source[]): readonly string[] {
  const inside = sources.filter(({ path }) => path.startsWith('src/'))
  const paths = new Set(inside.map(({ path }) => path))
  return inside.flatMap(importsOf).flatMap((link) => fault(link, paths) ?? [])
}

function fault(link: Import, paths: ReadonlySet<string>): string | null {
  const from = layerOf(link.from)
  if (!link.local) {
    const stranger = from === 'backend' && !backendPackages.test(link.to)
    return stranger ? `${link.place}: backend must not import ${link.to}` : null
  }
  if (!link.to.startsWith('src/')) return `${link.place}: ${link.to} is outside of src`
  if (!paths.has(link.to)) return `${link.place}: there is no file ${link.to}`
  const to = layerOf(link.to)
  if (from === to || from === 'cli') return null
  if (roots.has(from)) return to === 'cli' ? `${link.place}: ${from} must not import cli` : null
  const allowed = arrows[from]
  if (allowed === undefined) return `${link.place}: no arrow leads out of ${from}; add it to the design first`
  return allowed.includes(to) ? null : `${link.place}: ${from} must not import ${to} (${link.to})`
}

export function layerOf(path: string): string {
  return path.split('/')[1] ?? ''
}
