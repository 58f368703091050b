import type { KvMood } from '../kv/server.ts'
import type { Conditions } from './conditions.ts'

/** What the process of the network is told to do. Each order is answered once. */
export type NetworkOrder =
  | { readonly kind: 'open'; readonly target: number; readonly conditions: Conditions }
  | { readonly kind: 'set'; readonly port: number; readonly conditions: Partial<Conditions> }
  | { readonly kind: 'close'; readonly port: number }
  /** `places`: their names, and the round trip from there to the central store. */
  | { readonly kind: 'kv'; readonly places: readonly (readonly [string, number])[]; readonly scale: number }
  | { readonly kind: 'mood'; readonly mood: KvMood }

export interface NumberedOrder {
  readonly number: number
  readonly order: NetworkOrder
}

/** `port`: of what was opened, else 0. */
export type NetworkAnswer =
  | { readonly number: number; readonly port: number }
  | { readonly number: number; readonly reason: string }
