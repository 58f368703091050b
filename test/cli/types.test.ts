import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { sql } from 'drizzle-orm'
import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { typesModule } from '../../src/cli/types/module.ts'
import { writeTypes } from '../../src/cli/types.ts'
import { backend, everyone, id, nobody, procedure, resource, role, timestamps } from '../../src/index.ts'
import { linkModel } from '../../src/model/model.ts'

const root = resolve(import.meta.dirname, '../..')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvage-types-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rm(folder, { recursive: true }))

test('the types of the shop are current: `npm run types` writes them', async () => {
  const output = join(folder, 'shop.types.ts')
  const options = { backendFolder: 'src/backend', output }
  expect(await writeTypes(options)).toBe(output)
  const committed = await readFile(join(root, 'src/backend/database.types.ts'), 'utf8')
  expect(await readFile(output, 'utf8')).toBe(committed)
  expect(await writeTypes(options)).toBeNull()
})

/** What is awkward, in the hands of supabase-js. */
const use = `
import { createClient } from '@supabase/supabase-js'
import type { Database, Json, Tables } from './database.types.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Row<Query extends PromiseLike<{ data: unknown }>> =
  NonNullable<Awaited<Query>['data']> extends readonly (infer Each)[] ? Each : never
const holds = <_ extends true>() => {}

type Weird = Tables<'weird names'>
holds<Same<Weird['parent id'], number | null>>()
holds<Same<Weird['naïve "quote" café'], string | null>>()
holds<Same<Weird['日本語 😀'], string | null>>()
holds<Same<Weird['back\\\\slash'], Json | null>>()
holds<Same<Tables<'samples'>['kind'], 'solid' | 'liquid' | 'gas' | null>>()
// @ts-expect-error a column that is not there
type _None = Tables<'people'>['nope']
// @ts-expect-error a table that is no resource
type _Follows = Tables<'follows'>
// @ts-expect-error the name of the table, not of the resource
type _Memberships = Tables<'club_memberships'>

const client = createClient<Database>('http://127.0.0.1:1', 'sb_publishable_x')
const wide = client.from('wide').select('id, text_1, text_23, number_23, flag_23')
holds<Same<Row<typeof wide>['flag_23'], boolean | null>>()
const cities = client.from('cities').select('name, regions(title), region(secret), twin(name, population)')
holds<
  Same<
    Row<typeof cities>,
    {
      name: string
      regions: { title: string | null }
      region: { secret: boolean } | null
      twin: { name: string; population: number | null } | null
    }
  >
>()
const people = client
  .from('people')
  .select('handle, passport(number), passports(id), manager(handle), sent(body), received:messages!recipient_id(body)')
holds<
  Same<
    Row<typeof people>,
    {
      handle: string
      passport: { number: string } | null
      passports: { id: number } | null
      manager: { handle: string } | null
      sent: { body: string }[]
      received: { body: string }[]
    }
  >
>()
const messages = client.from('messages').select('sender(handle), recipient:people!recipient_id(handle), people(id)')
holds<Same<Row<typeof messages>['sender'], { handle: string } | null>>()
holds<Same<Row<typeof messages>['recipient'], { handle: string } | null>>()
// @ts-expect-error two keys lead there
holds<Row<typeof messages>['people'] extends string ? false : true>()
const clubs = client.from('clubs').select('people(handle), memberships(since)')
holds<Same<Row<typeof clubs>, { people: { handle: string }[]; memberships: { since: string | null }[] }>>()
const words = client.from('order').select('by, group(select)')
holds<Same<Row<typeof words>, { by: number; group: { select: string } }>>()
// @ts-expect-error nobody writes here
client.from('people').insert({ id: 'a', handle: 'b' })
`

test('the types of a backend of all that is awkward are right, and supabase-js takes them', async () => {
  await writeTypes({ backendFolder: 'test/fixture', output: join(folder, 'database.types.ts') })
  await copyFile(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
  await writeFile(join(folder, 'use.ts'), use)
  const tsc = join(root, 'node_modules/typescript/lib/tsc.js')
  const said = await new Promise<string>((done) => {
    execFile(process.execPath, [tsc, '--project', folder], (_, stdout, stderr) => done(stdout + stderr))
  })
  expect(said).toBe('')
})

describe('what a role may see and write', () => {
  const things = sqliteTable('things', {
    id: id(),
    owner_id: text().notNull(),
    needed: integer().notNull(),
    defaulted: integer().notNull().default(1),
    by_database: text().notNull().default(sql`(hex(randomblob(4)))`),
    optional: text(),
    huge: blob({ mode: 'bigint' }).notNull(),
    state: text({ enum: ["it's", 'b'] }).notNull(),
    doubled: integer().generatedAlwaysAs(sql`"needed" * 2`),
    for_staff: text(),
    by_staff: text().notNull(),
    by_nobody: text(),
    seen_by_nobody: text(),
    ...timestamps(),
  })
  const pairs = sqliteTable(
    'pairs',
    {
      a: integer().notNull(),
      b: text()
        .notNull()
        .references(() => things.id),
    },
    (table) => [primaryKey({ columns: [table.a, table.b] })],
  )
  const drops = sqliteTable('drops', { id: id(), body: text().notNull() })
  const secrets = sqliteTable('secrets', { id: id() })
  const source = typesModule(
    linkModel(
      backend({
        name: 'Test',
        roles: { member: [], staff: ['member'] },
        defaultRole: 'member',
        resources: [
          resource(things, {
            read: everyone,
            create: ({ caller }) => caller.signedIn,
            update: role('member'),
            owner: things.owner_id,
            fields: {
              for_staff: { read: role('staff') },
              by_staff: { write: role('staff') },
              by_nobody: { write: nobody },
              seen_by_nobody: { read: nobody },
            },
          }),
          resource(pairs, {
            read: everyone,
            create: role('staff'),
            update: everyone,
            embeds: { thing: pairs.b },
          }),
          resource(drops, { create: everyone }),
          resource(secrets, {}),
        ],
        procedures: {
          look: procedure({
            policy: everyone,
            returns: things,
            input: {
              needed: v.string(),
              'left out': v.optional(v.number()),
              later: v.pipeAsync(
                v.string(),
                v.checkAsync(async () => true),
              ),
            },
            handler: () => null,
          }),
          plain: procedure({ policy: role('staff'), handler: () => null }),
          whole: procedure({
            policy: everyone,
            input: v.record(v.string(), v.number()),
            handler: () => null,
          }),
          of_secrets: procedure({ policy: everyone, returns: secrets, handler: () => null }),
          thing: procedure({ policy: everyone, handler: () => null }),
          internal: procedure({ handler: () => null }),
        },
      }),
    ),
  ).replace(/\s+/g, ' ')
  const part = (name: string, member: string) =>
    new RegExp(`"${name}": \\{ .*?"${member}": (\\{.*?\\}|\\S+)`).exec(source)?.[1]

  test('a row', () => {
    expect(part('things', 'Row')).toBe(
      '{ "id": string "owner_id": string "needed": number "defaulted": number "by_database": string "optional": string | null "huge": number "state": Database["public"]["Enums"]["things_state"] "doubled": number | null "for_staff": string | null "by_staff": string "by_nobody": string | null "created_at": string "updated_at": string }',
    )
  })

  test('a new row: required is what neither the database nor the server fills', () => {
    expect(part('things', 'Insert')).toBe(
      '{ "id"?: string "needed": number "defaulted"?: number "by_database"?: string "optional"?: string | null "huge": number | string "state": Database["public"]["Enums"]["things_state"] "for_staff"?: string | null "by_staff": string }',
    )
  })

  test('a change: no key, nothing required', () => {
    expect(part('things', 'Update')).toBe(
      '{ "needed"?: number "defaulted"?: number "by_database"?: string "optional"?: string | null "huge"?: number | string "state"?: Database["public"]["Enums"]["things_state"] "for_staff"?: string | null "by_staff"?: string }',
    )
    expect(part('pairs', 'Update')).toBe('never')
  })

  test('an embed is certain when its key and its row are', () => {
    expect(source).toContain(
      '"thing": { "Args": { "": never }; "Returns": never; "SetofOptions": { "from": "pairs"; "to": "things"; "isOneToOne": true; "isSetofReturn": true; "isNotNullable": true } }',
    )
  })

  test('a table to write to only, and one for service keys alone', () => {
    expect(part('drops', 'Row')).toBe('{ [_ in never]: never }')
    expect(part('drops', 'Insert')).toBe('{ "id"?: string "body": string }')
    expect(source).not.toContain('"secrets"')
  })

  test('procedures, by their arguments and rows', () => {
    expect(source).toContain(
      '"look": { "Args": { "needed": Json; "left out"?: Json; "later"?: Json }; "Returns": Database["public"]["Tables"]["things"]["Row"][]; "SetofOptions": { "from": "*"; "to": "things"; "isOneToOne": false; "isSetofReturn": true } }',
    )
    expect(source).toContain('"plain": { "Args": never; "Returns": Json }')
    expect(source).toContain('"whole": { "Args": { [name: string]: Json | undefined }; "Returns": Json }')
    expect(source).not.toContain('internal')
  })

  test('a procedure whose rows no role reads has no type for them; one may be called as an embed is', () => {
    expect(source).toContain('"of_secrets": { "Args": never; "Returns": Json }')
    expect(source).toMatch(
      /"thing": \{ "Args": \{ "": never \}.*?\} \} \| \{ "Args": never; "Returns": Json \}/,
    )
  })

  test('closed sets, as types and as values', () => {
    expect(source).toContain(`"Enums": { "things_state": "it's" | "b" }`)
    expect(source).toContain(`Enums: { "things_state": ["it's", "b"] }`)
  })
})
