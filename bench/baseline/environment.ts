import { createClient } from '@libsql/client/web'

export interface Environment {
  readonly Bindings: {
    readonly DATABASE_URL: string
    readonly PUBLIC_KEY: string
    readonly ISSUER: string
    readonly AUDIENCE: string
  }
  readonly Variables: { userId: string }
}

// One client a request: a client that is shared between requests can hang a Worker.
export function database(bindings: { readonly DATABASE_URL: string }) {
  return createClient({ url: bindings.DATABASE_URL })
}

export function timestamp(value: unknown): string {
  return new Date(Number(value)).toISOString()
}
