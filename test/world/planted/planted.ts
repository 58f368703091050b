import type { ExecutionContext } from 'hono'
import world from '../../../bench/world/city/entry.ts'
import type { Bindings } from '../../../src/base/settings.ts'

/** A mistake that an isolate makes once in its life. */
export interface Plant {
  /** @returns what is told instead of `text`; null: the mistake is not made here */
  read?(asked: Asked, text: string): string | null
  /** @returns the answer; null: the mistake is not made here */
  write?(asked: Asked, send: Send): Promise<Response> | null
}

/** To the Worker as it is deployed. */
export type Send = (request: Request) => Promise<Response>

export interface Asked {
  readonly request: Request
  /** Who asks; all who are anonymous have the same. */
  readonly token: string
  /** With the query. */
  readonly path: string
  readonly consistency: 'session' | 'strong' | null
}

/** The Worker as it is deployed, but for these mistakes. */
export function planted(plants: readonly Plant[]) {
  const left = new Set(plants)
  return {
    async fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
      const send: Send = async (each) => world.fetch(each, bindings, context)
      const asked = askedBy(request)
      if (request.method !== 'GET') {
        for (const plant of left) {
          const answer = plant.write?.(asked, send) ?? null
          if (answer === null) continue
          left.delete(plant)
          return answer
        }
        return send(request)
      }
      const answer = await send(request)
      if (!answer.ok) return answer
      const text = await answer.clone().text()
      for (const plant of left) {
        const wrong = plant.read?.(asked, text) ?? null
        if (wrong === null) continue
        left.delete(plant)
        return new Response(wrong, { headers: { 'content-type': 'application/json' } })
      }
      return answer
    },
  }
}

function askedBy(request: Request): Asked {
  const { pathname, search } = new URL(request.url)
  const preferences = request.headers.get('prefer') ?? ''
  const consistency = (['session', 'strong'] as const).find((name) =>
    preferences.includes(`consistency=${name}`),
  )
  return {
    ...{ request, path: pathname + search, consistency: consistency ?? null },
    token: request.headers.get('authorization') ?? '',
  }
}

/** The list of the caller's orders. */
export function isOwn({ path }: Asked): boolean {
  return path.startsWith('/rest/v1/orders?select=id,note,status')
}

/** Of a page of products or of one product. */
export function isProducts({ path }: Asked): boolean {
  return path.startsWith('/rest/v1/products')
}
