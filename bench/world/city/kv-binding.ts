import { kvHeaders } from '../kv/headers.ts'

/** The part of a KV binding that the Worker uses, as https://developers.cloudflare.com/kv/api/ has it. */
export interface KvBinding {
  /**
   * Null: there is nothing, as far as is known here.
   * @throws Error where a limit of KV is passed
   */
  get(key: string, options?: GetOptions | GetOptions['type']): Promise<ArrayBuffer | string | null>
  /** @throws Error when the key was written less than a second ago, as KV does, or where a limit of KV is passed */
  put(
    key: string,
    value: string | ArrayBuffer | Uint8Array<ArrayBuffer>,
    options?: { readonly expirationTtl?: number },
  ): Promise<void>
  delete(key: string): Promise<void>
}

interface GetOptions {
  readonly type?: 'arrayBuffer' | 'text'
  readonly cacheTtl?: number
}

/** KV as it is seen in one place, by way of kv/server.ts. `url`: of that place. */
export function kvBinding(url: string): KvBinding {
  const at = (key: string): string => `${url}/${encodeURIComponent(key)}`
  const write = async (key: string, init: RequestInit): Promise<void> => {
    const response = await fetch(at(key), init)
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`KV PUT failed: ${response.status}`)
  }
  return {
    async get(key, options) {
      const { type = 'text', cacheTtl = 60 } = typeof options === 'object' ? options : { type: options }
      const response = await fetch(at(key), { headers: { [kvHeaders.cacheSeconds]: String(cacheTtl) } })
      const bytes = await response.arrayBuffer()
      if (response.status === 404) return null
      if (!response.ok) throw new Error(`KV GET failed: ${response.status}`)
      return type === 'arrayBuffer' ? bytes : new TextDecoder().decode(bytes)
    },
    put(key, value, options = {}) {
      const life: Record<string, string> =
        options.expirationTtl === undefined ? {} : { [kvHeaders.lifeSeconds]: String(options.expirationTtl) }
      return write(key, { method: 'PUT', body: value, headers: life })
    },
    delete: (key) => write(key, { method: 'DELETE' }),
  }
}
