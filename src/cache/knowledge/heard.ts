import { rememberedSeconds } from '../../base/history/remembered.ts'
import type { Tier } from '../tier/tier.ts'

/** When anybody in the data centre last heard from the primary of a realm, for isolates that never did. */
export interface LastHeard {
  /** In milliseconds since 1970; null: nobody told. */
  of(realm: string): Promise<number | null>
  tell(realm: string, atMilliseconds: number): Promise<void>
}

/** @param dataCentre null where there is none: then an isolate knows what it heard itself */
export function lastHeard(dataCentre: Tier | null): LastHeard {
  return {
    async of(realm) {
      const bytes = await dataCentre?.get(pageOf(realm))
      const at = bytes ? Number(new TextDecoder().decode(bytes)) : Number.NaN
      return Number.isSafeInteger(at) ? at : null
    },
    async tell(realm, atMilliseconds) {
      await dataCentre?.put(
        pageOf(realm),
        new TextEncoder().encode(String(atMilliseconds)),
        rememberedSeconds,
      )
    },
  }
}

/** No key of an entry has a colon, and what is known of versions begins in another way. */
const pageOf = (realm: string): string => `heard:${realm}`
