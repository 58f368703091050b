import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { generate } from '../../src/cli/generate.ts'
import { migrate } from '../../src/cli/migrate.ts'
import { seed } from '../../src/cli/seed.ts'
import type { Seed, SeedSize } from '../../src/index.ts'
import { makeBindings } from './bindings.ts'
import { startDatabase } from './database.ts'
import { startWire } from './wire.ts'

/** Who can sign in, by the part of the address before the `@`. */
export type Users = Readonly<Record<string, { readonly email: string; readonly password: string }>>

declare module 'vitest' {
  interface ProvidedContext {
    /** The Worker's variables and secrets. */
    bindings: Readonly<Record<string, string>>
    users: Users
  }
}

interface Backend {
  readonly folder: string
  /** Null: they are made anew for each run. The shop's are the ones that ship. */
  readonly migrations: string | null
}

const shop: Backend = { folder: 'src/backend', migrations: 'drizzle' }
const fixture: Backend = { folder: 'test/fixture', migrations: null }

/** By the name of the project in vitest.config.ts. */
const backends: ReadonlyMap<string, Backend> = new Map([
  ['shop', shop],
  ['shop-write', shop],
  ['fixture', fixture],
  ['fixture-write', fixture],
])

/** Runs in Node, once for each project that runs the Worker: a database of its own, migrated and seeded. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const backend = backends.get(project.name)
  if (backend === undefined) throw new TypeError(`no backend is known for the project ${project.name}`)
  const backendFolder = resolve(backend.folder)
  // A write that meets a checkpoint is sent again, and these tests count trips.
  const database = await startDatabase({ checkpointSeconds: 3_600 })
  const wire = await startWire(database.url)
  const stop = async () => {
    await wire.stop()
    await database.stop()
  }
  try {
    const made = join(database.folder, 'migrations')
    if (backend.migrations === null) await generate({ backendFolder, output: made })
    await migrate({ databaseUrl: database.url, folder: resolve(backend.migrations ?? made) })
    await seed({ databaseUrl: database.url, backendFolder, size: 'small' })
    project.provide('bindings', makeBindings(wire.url))
    project.provide('users', await usersOf(backendFolder))
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function usersOf(backendFolder: string): Promise<Users> {
  const module: { default: (size: SeedSize) => Seed } = await import(join(backendFolder, 'seed.ts'))
  return Object.fromEntries(
    module
      .default('small')
      .users.flatMap(({ email, password }) =>
        password === null ? [] : [[email.split('@')[0], { email, password }]],
      ),
  )
}
