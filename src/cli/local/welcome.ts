import { getTableName } from 'drizzle-orm'
import type { BackendDeclaration, SeedSize } from '../../declare/backend.ts'
import { loadSeed } from '../seed.ts'

/** What a client needs to know of a running Selvage. */
export interface Status {
  readonly apiUrl: string
  readonly publishableKey: string
  readonly secretKey: string
  readonly databaseUrl: string
  readonly users: readonly SignIn[]
}

export interface SignIn {
  readonly email: string
  readonly password: string
  readonly role: string
}

/** The users of a seed who have a password. */
export async function signInsOf(backendFolder: string, seed: SeedSize | null): Promise<readonly SignIn[]> {
  const users = seed === null ? [] : ((await loadSeed(backendFolder, seed))?.users ?? [])
  return users.flatMap(({ email, password, role }) => (password === null ? [] : [{ email, password, role }]))
}

/** For people; three users are enough. */
export function describe({ apiUrl, publishableKey, secretKey, databaseUrl, users }: Status): string {
  const lines = [
    ['API URL', apiUrl],
    ['Sign-in page', `${apiUrl}/dev/sign-in`],
    ['Mail', `${apiUrl}/dev/mail`],
    ['Publishable key', publishableKey],
    ['Secret key', secretKey],
    ['Database URL', databaseUrl],
    ...users.slice(0, 3).map(({ email, password, role }, index) => {
      return [index === 0 ? 'Sign in as' : '', `${email}  ${password}  (${role})`]
    }),
  ]
  return lines.map(([label = '', value]) => `  ${label.padEnd(16)} ${value}`).join('\n')
}

/** A line for the shell that reads rows of the first resource that shows some to everyone, tried before. */
export async function curlLine(status: Status, backend: BackendDeclaration): Promise<string> {
  for (const { table, options } of backend.resources) {
    const name = encodeURIComponent(options.name ?? getTableName(table))
    const url = `${status.apiUrl}/rest/v1/${name}?limit=2`
    const response = await fetch(url, { headers: { apikey: status.publishableKey } })
    const rows: unknown = await response.json()
    if (response.ok && Array.isArray(rows) && rows.length > 0)
      return `curl '${url}' -H 'apikey: ${status.publishableKey}'`
  }
  return `curl '${status.apiUrl}/health'`
}
