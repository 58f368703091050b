import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { parseEnv } from 'node:util'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { signingKeys } from '../../auth/token/keys.ts'
import { Problem } from '../../base/problem.ts'
import { readSettings, type Settings } from '../../base/settings.ts'
import { Failure } from '../command.ts'
import { freePort } from '../sqld.ts'

/** Reads the secrets of development, or makes them: a file that only its owner can read, in dotenv's form. */
export async function readOrMakeSecrets(file: string): Promise<Readonly<Record<string, string>>> {
  const secrets = await readSecrets(file)
  if (secrets !== null) return secrets
  try {
    await writeFile(file, dotenv(await makeSecrets()), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Another run was first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return (await readSecrets(file)) ?? {}
}

/** Null when there is no such file. */
export async function readSecrets(file: string): Promise<Readonly<Record<string, string>> | null> {
  try {
    return parseEnv(await readFile(file, 'utf8')) as Record<string, string>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Puts another URL in the line of DATABASE_URL. */
export async function writeDatabaseUrl(file: string, url: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/^DATABASE_URL=.*$/m, `DATABASE_URL='${url}'`))
}

/**
 * The checks that the Worker makes at its first request, before it starts.
 * @throws Failure that says which binding is missing or weak, and how to mend it
 */
export async function checkSettings(
  file: string,
  bindings: Readonly<Record<string, string>>,
): Promise<Settings> {
  try {
    const settings = readSettings(bindings)
    await signingKeys(settings.signingKeys)
    return settings
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const name = relative(process.cwd(), file)
    throw new Failure(`${error.message} Mend it in ${name}, or delete that file to have new secrets made.`)
  }
}

async function makeSecrets(): Promise<Record<string, string>> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const key = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' }
  return {
    DATABASE_URL: `http://127.0.0.1:${await freePort()}`,
    PUBLISHABLE_KEY: `sb_publishable_${random(24)}`,
    SECRET_KEY: `sb_secret_${random(32)}`,
    SIGNING_KEYS: JSON.stringify([key]),
    SERVER_SECRET: random(48),
  }
}

function random(bytes: number): string {
  return Buffer.from(randomBytes(bytes)).toString('base64url')
}

const explanation = `# Made by \`npm run dev\` for this machine alone. Not for production, and not for git.
# DATABASE_URL on 127.0.0.1 is a server that \`npm run dev\` starts; the URL of another host is used as it is.
`

function dotenv(secrets: Readonly<Record<string, string>>): string {
  return (
    explanation +
    Object.entries(secrets)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join('')
  )
}
