import { type Import, importsOf } from './imports.ts'
import type { Source } from './source.ts'

/** Which layer of src/ may import which. A layer is a folder of src/, or a file that lies in src/ itself. */
export type Arrows = ReadonlyMap<string, readonly string[]>

/** The table of rooms in ARCHITECTURE.md: `| \`folder/\` | what is in it | may import |`. */
export function readArrows(architecture: string): Arrows {
  const rows = architecture.matchAll(/^\| `([\w-]+)\/` \|.*\| ([^|]+) \|$/gm)
  return new Map([...rows].map(([, room = '', targets = '']) => [room, targets.match(/[\w.-]+/g) ?? []]))
}

/** They put the layers together, and may use all of them but what is for Node alone. */
const roots = new Set(['index.ts', 'app.ts', 'freshness.ts', 'server.ts', 'worker.ts'])

/** Of packages, the author's part knows the one in which tables are written, and one for schemas. */
const backendPackages = /^(drizzle-orm|valibot)(\/|$)/

export function arrowFaults(sources: readonly Source[], arrows: Arrows): readonly string[] {
  const inside = sources.filter(({ path }) => path.startsWith('src/'))
  const paths = new Set(inside.map(({ path }) => path))
  return inside.flatMap(importsOf).flatMap((link) => fault(link, paths, arrows) ?? [])
}

function fault(link: Import, paths: ReadonlySet<string>, arrows: Arrows): string | null {
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
  const allowed = arrows.get(from)
  if (allowed === undefined)
    return `${link.place}: no arrow leads out of ${from}; add it to ARCHITECTURE.md first`
  return allowed.includes(to) ? null : `${link.place}: ${from} must not import ${to} (${link.to})`
}

export function layerOf(path: string): string {
  return path.split('/')[1] ?? ''
}
