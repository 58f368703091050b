import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { bundleWorker } from '../../../bench/build/bundle.ts'
import { generate } from '../../../src/cli/generate.ts'
import { migrate } from '../../../src/cli/migrate.ts'
import { freePort } from '../../../src/cli/sqld.ts'
import { makeBindings } from '../../harness/bindings.ts'
import { startDatabase } from '../../harness/database.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'

/** The built Worker with every way in, its database and its mailbox. */
export interface SignInServer {
  readonly url: string
  readonly bindings: Readonly<Record<string, string>>
  readonly mailbox: Mailbox
  readonly databaseUrl: string
  /** `supabase-js` of somebody new; with `secret`, that of the operator. */
  client(key?: 'publishable' | 'secret', flowType?: 'pkce' | 'implicit'): SupabaseClient
  /** A plain request, with the publishable key and, if there is one, a token. */
  ask(path: string, given?: Asked): Promise<Response>
  /** The same Worker anew, with other bindings. */
  rebind(changed: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

export interface Asked {
  readonly token?: string
  readonly key?: string
  readonly method?: string
  readonly body?: unknown | undefined
}

const backendFolder = resolve(import.meta.dirname, '../backend')

export async function startServer(more: Readonly<Record<string, string>> = {}): Promise<SignInServer> {
  const [database, mailbox] = await Promise.all([startDatabase(), startMailbox()])
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const folder = join(database.folder, 'worker')
  const migrations = join(database.folder, 'migrations')
  await mkdir(folder)
  const prepared = async () => {
    await generate({ backendFolder, output: migrations })
    await migrate({ databaseUrl: database.url, folder: migrations })
  }
  const [bundle] = await Promise.all([
    bundleWorker(join(import.meta.dirname, 'worker.ts'), folder),
    prepared(),
  ])
  const bindings: Readonly<Record<string, string>> = {
    ...makeBindings(database.url),
    API_URL: url,
    SITE_URL: 'http://app.test',
    RESEND_API_KEY: 're_test',
    RESEND_URL: mailbox.url,
    MAIL_FROM: 'Selvage <mail@selvage.test>',
    ...more,
  }
  const script = await readFile(join(folder, bundle.main), 'utf8')
  const options = (changed: Readonly<Record<string, string>>) =>
    convertV4MiniflareOptions({
      port,
      compatibilityDate: '2026-10-01',
      modules: true,
      script,
      bindings: { ...bindings, ...changed },
    })
  const miniflare = new Miniflare(options({}))
  await miniflare.ready
  const { PUBLISHABLE_KEY = '', SECRET_KEY = '' } = bindings
  return {
    url,
    bindings,
    mailbox,
    databaseUrl: database.url,
    client: (key = 'publishable', flowType = 'implicit') =>
      createClient(url, key === 'secret' ? SECRET_KEY : PUBLISHABLE_KEY, {
        auth: { autoRefreshToken: false, persistSession: false, flowType, storageKey: crypto.randomUUID() },
      }),
    ask(path, { token, key = PUBLISHABLE_KEY, method, body } = {}) {
      return fetch(`${url}${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          apikey: key,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        redirect: 'manual',
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    },
    rebind: (changed) => miniflare.setOptions(options(changed)),
    async stop() {
      await miniflare.dispose()
      await mailbox.stop()
      await database.stop()
    },
  }
}
