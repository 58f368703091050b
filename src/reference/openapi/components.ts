import type { ComponentKind, Json, JsonObject } from './json.ts'

export type Components = Readonly<Record<ComponentKind, JsonObject>>

/** Those components that the paths refer to, or that other ones do which they refer to: what an audience needs. */
export function usedComponents(paths: JsonObject, components: Components): Components {
  const seen = new Set<string>()
  const visit = (part: Json): void => {
    if (typeof part !== 'object' || part === null) return
    if (Array.isArray(part)) {
      for (const each of part) visit(each)
      return
    }
    for (const [name, value] of Object.entries(part)) {
      if (name === '$ref' && typeof value === 'string') follow(value)
      else visit(value)
    }
  }
  const follow = (ref: string): void => {
    if (seen.has(ref)) return
    seen.add(ref)
    for (const [kind, all] of Object.entries(components)) {
      const found = ref.startsWith(`#/components/${kind}/`)
        ? all[ref.slice(refPrefix(kind).length)]
        : undefined
      if (found !== undefined) visit(found)
    }
  }
  visit(paths)
  const used = (kind: ComponentKind): JsonObject =>
    Object.fromEntries(Object.entries(components[kind]).filter(([name]) => seen.has(refPrefix(kind) + name)))
  return {
    schemas: used('schemas'),
    responses: used('responses'),
    headers: used('headers'),
    parameters: used('parameters'),
  }
}

function refPrefix(kind: string): string {
  return `#/components/${kind}/`
}
