import { boundedMap } from '../../base/memory/bounded-map.ts'
import type { Store } from '../../cache/store.ts'
import type { ReadRequest } from '../../query/intent.ts'

/** What an isolate gave lately out of what it keeps, and how it was asked for: data alone. */
export interface Lately {
  /** An answer that was kept was given, to somebody who is told what everybody is told. */
  note(key: string, request: ReadRequest, nowMilliseconds: number): void
  /** Whether anything was learnt of a realm since `overtaken` was asked for. */
  hasNews(realm: string, store: Store): boolean
  /**
   * How to ask for what was given in the last ten seconds, has been overtaken, and was not read anew since: that which was
   * given last first, and no more than a few.
   */
  overtaken(realm: string, store: Store, nowMilliseconds: number): readonly ReadRequest[]
}

export function servedLately(): Lately {
  const served = boundedMap<Served>(mostServed)
  const heard = boundedMap<number>(rememberedRealms)
  return {
    note(key, request, nowMilliseconds) {
      const held = served.get(key)
      if (held !== undefined) held.atMilliseconds = nowMilliseconds
      else served.set(key, { key, request: new WeakRef(request), atMilliseconds: nowMilliseconds })
    },
    hasNews: (realm, store) => store.news(realm) !== (heard.get(realm) ?? 0),
    overtaken(realm, store, nowMilliseconds) {
      heard.set(realm, store.news(realm))
      return served
        .values()
        .filter(
          (each) =>
            Math.abs(nowMilliseconds - each.atMilliseconds) < latelyMilliseconds &&
            // What nobody asked for since it was read is not read again.
            (store.overtaken(each.key, realm)?.storedAtMilliseconds ?? Number.POSITIVE_INFINITY) <=
              each.atMilliseconds,
        )
        .sort((a, b) => b.atMilliseconds - a.atMilliseconds)
        .slice(0, mostAtOnce)
        .flatMap(({ key, request }) => {
          const again = request.deref()
          if (again === undefined) served.delete(key)
          return again ?? []
        })
    },
  }
}

interface Served {
  readonly key: string
  /** It belongs to who parsed it, and takes no memory here: what is forgotten there is not asked again. */
  readonly request: WeakRef<ReadRequest>
  atMilliseconds: number
}

/** All of them are looked through when there are news. */
const mostServed = 256
const rememberedRealms = 1_000
/**
 * What nobody asked for during that time is worth no trip: whoever asks for it next makes one. What is asked for more
 * rarely would be read anew for each write, and mostly for nobody.
 */
const latelyMilliseconds = 10_000
/** A request has six connections (https://developers.cloudflare.com/workers/platform/limits/), and more to do with them. */
const mostAtOnce = 4
