import { descriptionOf, versionIn } from '../../../bench/world/node/catalogue.ts'
import { isOwn, isProducts, type Plant } from './planted.ts'

/** Somebody is told of their orders as they were before they wrote. */
export function staleOnce(): Plant {
  const before = new Map<string, string>()
  const written = new Set<string>()
  return {
    write({ token }) {
      if (before.has(token)) written.add(token)
      return null
    },
    read(asked, text) {
      if (!isOwn(asked)) return null
      const { token } = asked
      if (written.has(token)) return before.get(token) ?? null
      before.set(token, text)
      return null
    },
  }
}

/** Among somebody's orders is one of somebody else's. */
export function leakOnce(): Plant {
  let other: { readonly token: string; readonly text: string } | null = null
  return {
    read(asked, text) {
      if (!isOwn(asked)) return null
      other ??= { token: asked.token, text }
      if (other.token === asked.token) return null
      return JSON.stringify([...rowsIn(text), rowsIn(other.text)[0]])
    },
  }
}

/** A session is told an older version of a product than it was told before. */
export function backOnce(): Plant {
  const told = new Set<string>()
  return {
    read(asked, text) {
      if (!isProducts(asked) || asked.consistency !== 'session' || isAnonymous(asked.request)) return null
      const nameOf = ({ id, description }: Product) => `${asked.token} ${id} ${description}`
      const known = (row: Product) => versionOf(row) > 0 && told.has(nameOf(row))
      const wrong = withOneChanged(text, known, (version) => version - 1)
      for (const row of productsIn(text)) told.add(nameOf(row))
      return wrong
    },
  }
}

/** A strong read misses the last write of a product. */
export function weakOnce(): Plant {
  return {
    read(asked, text) {
      if (!isProducts(asked) || asked.consistency !== 'strong') return null
      return withOneChanged(
        text,
        (row) => versionOf(row) > 0,
        (version) => version - 1,
      )
    },
  }
}

/** A version of a product is told that nobody wrote, to somebody to whom it does not matter what was told before. */
export function inventOnce(): Plant {
  return {
    read(asked, text) {
      if (!isProducts(asked) || asked.consistency !== null) return null
      return withOneChanged(
        text,
        () => true,
        (version) => version + 1_000,
      )
    },
  }
}

interface Product {
  readonly id: string
  readonly description: string
}

function rowsIn(text: string): readonly unknown[] {
  const body: unknown = JSON.parse(text)
  return Array.isArray(body) ? body : [body]
}

function productsIn(text: string): readonly Product[] {
  return rowsIn(text).filter(isProduct)
}

function isProduct(row: unknown): row is Product {
  return typeof row === 'object' && row !== null && 'description' in row && 'id' in row
}

function versionOf({ description }: Product): number {
  return versionIn(description)
}

/** @returns null when there is none of those that are meant */
function withOneChanged(
  text: string,
  isMeant: (row: Product) => boolean,
  change: (version: number) => number,
): string | null {
  const meant = productsIn(text).find(isMeant)
  if (meant === undefined) return null
  const changed = { ...meant, description: descriptionOf(change(versionOf(meant))) }
  return text.replace(JSON.stringify(meant), JSON.stringify(changed))
}

function isAnonymous(request: Request): boolean {
  return request.headers.get('authorization') === `Bearer ${request.headers.get('apikey')}`
}
