/** What a hash says: the key that it keeps, and how a password becomes one. Null of a kind, or a cost, that is not for here. */
export interface ForeignHash {
  readonly key: Uint8Array
  derive(password: string): Promise<Uint8Array> | Uint8Array
}

export type ForeignKind = (hash: string) => ForeignHash | null
