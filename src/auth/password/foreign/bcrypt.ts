import type { ForeignHash } from './hash.ts'

/** About a second. */
const highestCost = 13

/** `$2b$10$` with 22 characters of salt and 31 of key (https://www.usenix.org/conference/1999-usenix-annual-technical-conference/future-adaptable-password-scheme). */
export function bcrypt(hash: string): ForeignHash | null {
  const [, salt, cost] = /^(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{22})[./A-Za-z0-9]{31}$/.exec(hash) ?? []
  if (salt === undefined || Number(cost) < 4 || Number(cost) > highestCost) return null
  return {
    key: Buffer.from(hash),
    async derive(password) {
      const { hash: derived } = await import('bcryptjs')
      return Buffer.from(await derived(password, salt))
    },
  }
}
