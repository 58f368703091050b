import { databaseOf, Failure, parseFlags, run, say } from '../command.ts'
import { loadBackend } from '../generate.ts'
import { readSecrets } from '../local/secrets.ts'
import { assertAnswers, tablesIn } from '../migrate.ts'
import { openClient } from '../migration/client.ts'
import { openDirectory } from './directory.ts'
import { namespacesOf } from './namespace.ts'
import { settleMilliseconds, type TenantsPlace } from './place.ts'
import { verbs } from './verbs.ts'

const command = {
  name: `npm run tenants`,
  flags: {
    'admin-url': { placeholder: 'URL' },
    'allow-loss': { placeholder: 'TABLE,…' },
    backend: { placeholder: 'DIR' },
    database: { placeholder: 'URL' },
    folder: { placeholder: 'DIR' },
    'env-file': { placeholder: 'FILE' },
    json: {},
    old: {},
    rotate: {},
    to: { placeholder: 'URL' },
    url: { placeholder: 'URL' },
    yes: {},
  },
}

/** `create|list|migrate|suspend|resume|move|remove|keys [name] [flags]`. @throws Failure */
export async function tenants(args: readonly string[]): Promise<void> {
  const [verb = '', ...rest] = args
  const [name, flagged] = rest[0]?.startsWith('--') === false ? [rest[0], rest.slice(1)] : [null, rest]
  const action = verbs.get(verb)
  if (action === undefined)
    throw new Failure(`Usage: npm run tenants -- ${[...verbs.keys()].join('|')} [name] [flags]`)
  const flags = parseFlags(command, flagged)
  const text = (flag: string | true | undefined): string | null => (typeof flag === 'string' ? flag : null)
  const bindings = { ...(await readSecrets(text(flags['env-file']) ?? '.dev.vars')), ...environment() }
  const { databaseUrl } = databaseOf(flags.database ?? bindings.DATABASE_URL)
  const databaseToken = bindings.DATABASE_TOKEN
  await assertAnswers(databaseUrl, databaseToken)
  const client = openClient(databaseUrl, databaseToken)
  try {
    const admin = text(flags['admin-url'])
    const place: TenantsPlace = {
      directory: await openDirectory(client),
      bindings,
      ...(databaseToken && { databaseToken }),
      folder: text(flags.folder) ?? 'drizzle',
      namespaces: admin === null ? null : namespacesOf(admin, process.env.ADMIN_AUTH_KEY),
      ...{ settleMilliseconds, say },
    }
    await action(place, name, {
      url: text(flags.url),
      to: text(flags.to),
      allowLoss: tablesIn(flags['allow-loss']),
      tenants: async () => tenantsOf(text(flags.backend) ?? 'src/backend'),
      isJson: flags.json === true,
      isOld: flags.old === true,
      isSure: flags.yes === true,
      rotates: flags.rotate === true,
    })
  } finally {
    client.close()
  }
}

async function tenantsOf(folder: string) {
  const { tenants } = await loadBackend(folder)
  if (tenants === undefined) throw new Failure(`The backend in ${folder} does not declare \`tenants\`.`)
  return tenants
}

/** Variables of the environment that are set. */
function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

if (import.meta.main) await run(() => tenants(process.argv.slice(2)))
