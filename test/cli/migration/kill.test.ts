import { join } from 'node:path'
import type { Client } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyMigrations } from '../../../src/cli/migration/apply.ts'
import { openClient } from '../../../src/cli/migration/client.ts'
import { type Gateway, type Meddled, startGateway } from '../../tenant/gateway.ts'
import { type NamespaceServer, startNamespaces } from '../../tenant/namespaces.ts'
import { rebuild, rows, tables, writeMigrations } from './folder.ts'

/** The end comes in request `request`: before it, after so many steps of its batch, or when only its answer is lost. */
interface Kill {
  readonly request: number
  readonly steps: number | 'before' | 'after'
}

let database: NamespaceServer
let gateway: Gateway
let create: (name: string) => Promise<void>
let folders: { readonly old: string; readonly new: string }
let kill: Kill | null = null
/** Steps of the batch of each request of the last run; null of one that is no batch. */
let heard: (number | null)[] = []

beforeAll(async () => {
  database = await startNamespaces()
  create = database.namespaces.create
  gateway = await startGateway(database.url, meddle)
  const change = ['insert into children values (4, 2)', 'CREATE TABLE `third` (`id` integer PRIMARY KEY);']
  folders = {
    old: await writeMigrations(join(database.folder, 'old'), [tables]),
    new: await writeMigrations(join(database.folder, 'new'), [tables, rebuild, change]),
  }
})
afterAll(async () => {
  await gateway.stop()
  await database.stop()
})

interface Pipeline {
  readonly requests: readonly { readonly batch?: { readonly steps: readonly unknown[] } }[]
}

/** Cuts the batch of a transaction short: what is left has no COMMIT, and the stream ends. */
function meddle({ body }: { readonly body: Buffer }): Meddled {
  const pipeline = JSON.parse(String(body)) as Pipeline
  const steps = pipeline.requests.find(({ batch }) => batch !== undefined)?.batch?.steps
  const index = heard.push(steps?.length ?? null) - 1
  if (kill?.request !== index) return { body, cut: 'never' }
  if (typeof kill.steps === 'string') return { body, cut: kill.steps }
  const left = kill.steps
  const requests = pipeline.requests.map((each) =>
    each.batch === undefined ? each : { ...each, batch: { steps: each.batch.steps.slice(0, left) } },
  )
  return { body: Buffer.from(JSON.stringify({ ...pipeline, requests })), cut: 'after' }
}

async function prepared(name: string): Promise<Client> {
  await create(name)
  const client = openClient(gateway.urlOf(name))
  await applyMigrations(client, { folder: folders.old })
  await client.batch([...rows], 'write')
  return client
}

/** Schema, and rows of parents and children. */
async function seen(client: Client): Promise<string> {
  const answers = await client.batch([
    'select name, sql from sqlite_schema order by name',
    'select * from parents order by id',
    'select * from children order by id',
    'select hash, created_at from __drizzle_migrations order by created_at',
  ])
  return JSON.stringify(answers.map(({ rows }) => rows.map((row) => Array.from(row, String))))
}

async function run(client: Client, at: Kill | null): Promise<'done' | 'killed'> {
  heard = []
  kill = at
  try {
    await applyMigrations(client, { folder: folders.new })
    return 'done'
  } catch {
    return 'killed'
  } finally {
    kill = null
  }
}

test('killed at each request and each statement: undone or done, and the next run ends as a clean one', async () => {
  const clean = await prepared('clean')
  const before = await seen(clean)
  expect(await run(clean, null)).toBe('done')
  const requests = [...heard]
  const after = await seen(clean)
  expect(after).not.toBe(before)
  clean.close()
  const kills = requests.flatMap((steps, request): Kill[] => [
    { request, steps: 'before' },
    { request, steps: 'after' },
    ...Array.from({ length: steps ?? 0 }, (_, index): Kill => ({ request, steps: index })),
  ])
  // Statements, what guards them, and what begins and ends the transaction.
  expect(kills.length).toBeGreaterThan(25)
  let undone = 0
  let done = 0
  for (const [index, each] of kills.entries()) {
    const client = await prepared(`kill-${index}`)
    expect(await run(client, each), JSON.stringify(each)).toBe('killed')
    const left = await seen(client)
    expect([before, after], JSON.stringify(each)).toContain(left)
    if (left === before) undone += 1
    else done += 1
    expect(await run(client, null)).toBe('done')
    expect(await seen(client), JSON.stringify(each)).toBe(after)
    client.close()
  }
  expect([undone > 20, done > 0]).toEqual([true, true])
}, 120_000)
