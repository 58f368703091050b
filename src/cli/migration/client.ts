import { type Client, createClient } from '@libsql/client'

/** A connection over HTTP. Integers are bigints, so that all 64 bits are exact. */
export function openClient(databaseUrl: string, databaseToken?: string): Client {
  // A path without a slash at its end would lose its last part.
  const url = new URL(databaseUrl).pathname === '/' ? databaseUrl : `${databaseUrl.replace(/\/+$/, '')}/`
  return createClient({ url, intMode: 'bigint', ...(databaseToken && { authToken: databaseToken }) })
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
