import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../../src/cli/sqld.ts'

/** `npm run dev` with a backend folder and a data folder of the test's own. */
export interface DevServer {
  readonly url: string
  /** The mails that would have been sent, the newest first. */
  mails(): Promise<readonly { readonly id: number; readonly to: string; readonly subject: string }[]>
  stop(): Promise<void>
}

const root = resolve(import.meta.dirname, '../..')

export async function startDevServer(backendFolder: string): Promise<DevServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'selvage-dev-pages-'))
  const port = await freePort()
  const script = `
import { run } from '${root}/src/cli/command.ts'
import { dev } from '${root}/src/cli/dev.ts'
await run(() => dev(JSON.parse(process.argv[1])))`
  const secretsFile = join(dataFolder, '.dev.vars')
  const options = JSON.stringify({ backendFolder, dataFolder, secretsFile, port, fresh: false, seed: null })
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, options], { cwd: root })
  const exit = once(child, 'close')
  const stop = async () => {
    child.kill('SIGTERM')
    await exit
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 10 })
  }
  let said = ''
  await new Promise<void>((done, fail) => {
    const hear = (chunk: unknown) => {
      said += String(chunk)
      if (/\n {2}curl .*\n/.test(said)) done()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void exit.then(() => fail(new Error(`npm run dev ended: ${said}`)))
  })
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    async mails() {
      const response = await fetch(`${url}/dev/mail`, { headers: { accept: 'application/json' } })
      return JSON.parse(await response.text())
    },
    stop,
  }
}
