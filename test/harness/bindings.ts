import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { base64url } from 'jose'

/** The secrets and variables of one run, as `.dev.vars` has them in development. None outlives the run. */
export function makeBindings(databaseUrl: string): Readonly<Record<string, string>> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' }
  return {
    API_URL: 'http://selvage.test',
    DATABASE_URL: databaseUrl,
    PUBLISHABLE_KEY: `sb_publishable_${randomText()}`,
    SECRET_KEY: `sb_secret_${randomText()}`,
    SIGNING_KEYS: JSON.stringify([signingKey]),
    SERVER_SECRET: randomText(),
    // Every answer comes from the database: what caches do has tests of its own.
    CACHE_OFF: '1',
  }
}

const randomText = (): string => base64url.encode(randomBytes(32))
