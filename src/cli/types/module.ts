import type { Model } from '../../model/model.ts'
import { enumConstants, enumsOf, enumTypes } from './enums.ts'
import { functionsOf } from './functions.ts'
import { seenOf } from './seen.ts'
import { tableType } from './table.ts'
import { objectType, shortType } from './text.ts'

/** The name of the file, if no other is given. */
export const typesFile = 'database.types.ts'

/**
 * A backend as the type that `createClient<Database>` of supabase-js takes, in the form of
 * `supabase gen types typescript`: https://supabase.com/docs/guides/api/rest/generating-types
 *
 * It is for clients of every role, with each field that some role may see or write; what a caller may not do among
 * that, the server says. An embed by the name of a table counts as there when its key is not null, as supabase-js has
 * it, although a policy may hide the row; one by the author's name may be null then.
 * @returns TypeScript that is not formatted
 */
export function typesModule(model: Model): string {
  const seen = seenOf(model)
  const enums = enumsOf(seen)
  const none = objectType([])
  const database = objectType([
    { name: '__InternalSupabase', type: shortType([{ name: 'PostgrestVersion', type: '"13"' }]) },
    {
      name: 'public',
      type: objectType([
        {
          name: 'Tables',
          type: objectType(seen.map((each) => ({ name: each.resource.name, type: tableType(each, enums) }))),
        },
        { name: 'Views', type: none },
        { name: 'Functions', type: functionsOf(model, seen) },
        { name: 'Enums', type: enumTypes(enums) },
        { name: 'CompositeTypes', type: none },
      ]),
    },
  ])
  return `${head}\nexport type Database = ${database}\n${helpers}
export const Constants = { public: { Enums: ${enumConstants(enums)} } } as const\n`
}

const head = `// Made by \`npm run types\` from the declarations: do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]
`

/** They take a name, or the schema and a name. */
const helpers = `
type Public = Database["public"]

type Named<Group, First, Second extends keyof Group> = Group[First extends keyof Group ? First : Second]

type Member<Type, Name extends string> = Type extends { [_ in Name]: infer Found } ? Found : never

/** A row as \`select\` gives it. */
export type Tables<
  First extends keyof Public["Tables"] | { schema: "public" },
  Second extends keyof Public["Tables"] = never,
> = Member<Named<Public["Tables"], First, Second>, "Row">

/** What \`insert\` and \`upsert\` take. */
export type TablesInsert<
  First extends keyof Public["Tables"] | { schema: "public" },
  Second extends keyof Public["Tables"] = never,
> = Member<Named<Public["Tables"], First, Second>, "Insert">

/** What \`update\` takes. */
export type TablesUpdate<
  First extends keyof Public["Tables"] | { schema: "public" },
  Second extends keyof Public["Tables"] = never,
> = Member<Named<Public["Tables"], First, Second>, "Update">

export type Enums<
  First extends keyof Public["Enums"] | { schema: "public" },
  Second extends keyof Public["Enums"] = never,
> = Named<Public["Enums"], First, Second>
`
