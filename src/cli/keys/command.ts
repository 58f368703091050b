import { readFile, rename, writeFile } from 'node:fs/promises'
import { signingKeys } from '../../auth/token/keys.ts'
import { Failure, parseFlags, run, say } from '../command.ts'
import { readSecrets } from '../local/secrets.ts'
import { type KeptKey, readRing, retired, rotated, stateOf, time } from './ring.ts'

const command = {
  name: 'npm run keys',
  flags: { 'env-file': { placeholder: 'FILE' }, kid: { placeholder: 'KID' }, now: {} },
}

/**
 * `list|rotate|retire|value [flags]`: the keys of access tokens, in the line SIGNING_KEYS of a file in dotenv's form
 * (default: `.dev.vars`). For production keep such a file where your secrets are; `value` is what goes to the platform.
 * @throws Failure
 */
export async function keys(
  args: readonly string[],
  nowSeconds = Math.floor(Date.now() / 1_000),
): Promise<void> {
  const [verb = '', ...rest] = args
  const { 'env-file': given = '.dev.vars', kid, now } = parseFlags(command, rest)
  const file = String(given)
  const secrets = await readSecrets(file)
  if (secrets === null) throw new Failure(`There is no file ${file}: \`npm run dev\` makes .dev.vars.`)
  const ring = readRing(secrets.SIGNING_KEYS)
  switch (verb) {
    case 'list':
      for (const key of ring) console.log(lineOf(ring, key))
      return
    case 'value':
      process.stdout.write(JSON.stringify(ring))
      return
    case 'rotate':
      return put(file, await rotated(ring, nowSeconds, now === true))
    case 'retire':
      return put(file, retired(ring, nowSeconds, typeof kid === 'string' ? kid : null))
    default:
      throw new Failure(
        'Usage: npm run keys -- list|rotate|retire|value [--env-file FILE] [--now] [--kid KID]',
      )
  }
}

function lineOf(ring: readonly KeptKey[], key: KeptKey): string {
  const { made_at, replaced_at } = key
  const made = made_at === undefined ? '' : `  made ${time(made_at)}`
  const replaced = replaced_at === undefined ? '' : `  until ${time(replaced_at)}`
  return `${stateOf(ring, key).padEnd(8)}  ${key.kid}  ${String(key.alg ?? key.kty)}${made}${replaced}`
}

/** Whole or not at all: with half of a key nobody is signed in any more. */
async function put(
  file: string,
  { ring, says }: { readonly ring: readonly KeptKey[]; readonly says: string },
): Promise<void> {
  const value = JSON.stringify(ring)
  await signingKeys(value)
  const text = await readFile(file, 'utf8')
  const line = `SIGNING_KEYS='${value}'`
  await writeFile(
    `${file}.new`,
    text.replace(/^SIGNING_KEYS=.*$/m, () => line),
    { mode: 0o600 },
  )
  await rename(`${file}.new`, file)
  say(says)
  say('In development: restart. In production:')
  say(`npm run --silent keys -- value --env-file ${file} | npx wrangler secret put SIGNING_KEYS`)
}

if (import.meta.main) await run(() => keys(process.argv.slice(2)))
