import { Failure, parseFlags, run } from './command.ts'
import { instanceFolder, type Place, placeOf, readInstance, shopFolder } from './local/instance.ts'
import { isAlive } from './local/process.ts'
import { readSecrets } from './local/secrets.ts'
import { describe, type Status, signInsOf } from './local/welcome.ts'

/** @throws Failure if the backend of this place does not run */
export async function readStatus(place: Place): Promise<Status> {
  const { run, seed } = await readInstance(instanceFolder(place))
  const secrets = await readSecrets(place.secretsFile)
  if (run === null || secrets === null || !isAlive(run.process)) {
    throw new Failure('Selvage is not running: start it with `npm run dev`.')
  }
  return {
    apiUrl: run.apiUrl,
    publishableKey: secrets.PUBLISHABLE_KEY ?? '',
    secretKey: secrets.SECRET_KEY ?? '',
    databaseUrl: run.databaseUrl,
    users: await signInsOf(place.backendFolder, seed),
  }
}

if (import.meta.main) {
  const command = { name: 'npm run status', flags: { json: {}, backend: { placeholder: 'DIR' } } }
  await run(async () => {
    const { json, backend = shopFolder } = parseFlags(command, process.argv.slice(2))
    const status = await readStatus(placeOf(String(backend)))
    console.log(json ? JSON.stringify(status) : `Selvage is running.\n${describe(status)}`)
  })
}
