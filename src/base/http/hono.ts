import type { Env } from 'hono'
import { HonoBase, type HonoOptions } from 'hono/hono-base'
import type { Router } from 'hono/router'
import { PatternRouter } from 'hono/router/pattern-router'

export type Hono<E extends Env> = HonoBase<E>

/** Hono, whose patterns are made when somebody first comes to their area: to make them all takes a millisecond. */
export function hono<E extends Env>(options: Pick<HonoOptions<E>, 'getPath'> = {}): Hono<E> {
  return new HonoBase<E>({ router: routerByArea(), ...options })
}

interface Route<T> {
  readonly method: string
  readonly path: string
  readonly handler: T
  /** Null of a pattern that may be of any. */
  readonly area: string | null
}

/** A request is compared with the patterns of its area alone: the first segment of its path. */
export function routerByArea<T>(): Router<T> {
  const routes: Route<T>[] = []
  const areas = new Set<string>()
  const routers = new Map<string | null, PatternRouter<T>>()
  const routerOf = (area: string | null): PatternRouter<T> => {
    const router = new PatternRouter<T>()
    for (const { method, path, handler, area: own } of routes)
      if (own === null || own === area) router.add(method, path, handler)
    routers.set(area, router)
    return router
  }
  return {
    name: 'by area',
    add(method, path, handler) {
      const first = firstOf(path)
      const area = /[*:?]/.test(first) ? null : first
      if (area !== null) areas.add(area)
      routes.push({ method, path, handler, area })
      routers.clear()
    },
    match(method, path) {
      const first = firstOf(path)
      const area = areas.has(first) ? first : null
      return (routers.get(area) ?? routerOf(area)).match(method, path)
    },
  }
}

function firstOf(path: string): string {
  const end = path.indexOf('/', 1)
  return end === -1 ? path.slice(1) : path.slice(1, end)
}
