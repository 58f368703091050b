import { importsOf } from './imports.ts'
import type { Source } from './source.ts'

type Graph = ReadonlyMap<string, readonly string[]>

/** Each import cycle once, as `a → b → a`; a type is an import as any other. */
export function cycleFaults(sources: readonly Source[]): readonly string[] {
  const graph = graphOf(sources)
  const done = new Set<string>()
  const path: string[] = []
  const faults: string[] = []
  const visit = (file: string): void => {
    const start = path.indexOf(file)
    if (start >= 0) {
      faults.push([...path.slice(start), file].join(' → '))
      return
    }
    if (done.has(file)) return
    path.push(file)
    graph.get(file)?.forEach(visit)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) visit(file)
  return faults
}

/** How a file gets to what it must not reach, as `a → b → c`. */
export function reachFaults(sources: readonly Source[], start: string, forbidden: string): readonly string[] {
  const graph = graphOf(sources)
  if (!graph.has(start)) return [`there is no file ${start}`]
  const cameFrom = new Map<string, string | null>([[start, null]])
  for (const file of cameFrom.keys()) {
    for (const next of graph.get(file) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, file)
  }
  return [...cameFrom.keys()]
    .filter((file) => file.startsWith(forbidden))
    .map((file) => trace(file, cameFrom))
}

function trace(file: string, cameFrom: ReadonlyMap<string, string | null>): string {
  const before = cameFrom.get(file) ?? null
  return before === null ? file : `${trace(before, cameFrom)} → ${file}`
}

function graphOf(sources: readonly Source[]): Graph {
  return new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap((link) => (link.local && link.to !== source.path ? [link.to] : [])),
    ]),
  )
}
