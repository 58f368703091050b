import { Failure } from '../command.ts'

/**
 * Namespaces of a libSQL server, by its admin API
 * (https://github.com/tursodatabase/libsql/blob/main/docs/ADMIN_API.md). sqld finds a namespace by the first label of
 * the host: `acme` for `http://acme.db.example`.
 */
export interface Namespaces {
  /** A namespace that is there is as wished. @throws Failure */
  create(name: string): Promise<void>
  /** One that is not there is as wished. @throws Failure */
  remove(name: string): Promise<void>
}

/** @param key of the server's `--admin-auth-key`, if it has one */
export function namespacesOf(adminUrl: string, key: string | undefined): Namespaces {
  const ask = async (method: string, path: string, asWished: number): Promise<void> => {
    const response = await fetch(`${adminUrl.replace(/\/+$/, '')}/v1/namespaces/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key && { authorization: `basic ${key}` }) },
      body: method === 'POST' ? '{}' : null,
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      throw new Failure(`The admin API at ${adminUrl} does not answer.`, { cause: error })
    })
    const text = await response.text()
    if (response.ok || (response.status === asWished && /already exist|doesn't exist/.test(text))) return
    throw new Failure(
      `The admin API refused: ${response.status} ${text.slice(0, 200)} (ADMIN_AUTH_KEY is what it wants, if it wants a key)`,
    )
  }
  return {
    create: (name) => ask('POST', `${encodeURIComponent(name)}/create`, 400),
    remove: (name) => ask('DELETE', encodeURIComponent(name), 404),
  }
}
