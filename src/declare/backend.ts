import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { AuthDeclaration } from './auth/auth.ts'
import type { ProcedureDeclaration } from './procedure.ts'
import type { ResourceDeclaration } from './resource.ts'

/** A person who just signed up, before the first row of theirs exists. */
export interface NewUser {
  readonly id: string
  /** Null of somebody who has not said who they are: the profile is made once, and is theirs when they do say. */
  readonly email: string | null
  /** What the client sent as `options.data`: not checked, so take from it only what cannot harm. */
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * A row of the backend's own table that is made in the transaction of the sign-up, without hooks, audit and outbox; where an
 * address has to be confirmed by a mail, in that of the confirmation. What the table refuses as a duplicate only then is
 * told to who comes with the link or the code: they sign up again with something else, or ask for a link to sign in. Where
 * a link or a provider brings nothing that would do, the profile is made without `data`: what a stranger said at a
 * sign-up with the address keeps nobody out.
 */
export interface Profile {
  readonly table: SQLiteTable
  /** Values by Drizzle property, as for `db.insert(table).values(…)`. Asked more than once, so it does nothing else. */
  values(user: NewUser): Readonly<Record<string, unknown>>
}

/** That every tenant has a database of its own, and how a request names its tenant. */
export interface TenantsDeclaration {
  /**
   * `host`: by the label in front of the host of API_URL. `path`: by `/t/{tenant}` in front of the path. `claim`: by the
   * claim `tenant` of the access token, or by the header `Selvage-Tenant` where nobody is signed in yet. What a browser
   * opens has `selvage_tenant` in its query: links of mails by themselves, and `signInWithOAuth` by its `queryParams`.
   */
  readonly from: 'host' | 'path' | 'claim'
}

/** What a developer declares: the whole of a backend. */
export interface BackendDeclaration {
  /** Shown at `/` and in the API reference. */
  readonly name: string
  readonly description?: string
  /** Roles of users, each with the roles that it includes. `anon` and `service_role` are always there. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /**
   * What bearers of a role may do, for policies to ask for by `caller.can('orders.refund')`. Bearers of a role that
   * includes it may, too.
   */
  readonly permissions?: Readonly<Record<string, readonly string[]>>
  /** The role of a user who just signed up. One of `roles`. */
  readonly defaultRole: string
  readonly resources: readonly ResourceDeclaration[]
  /** Business logic, by the name in `/rest/v1/rpc/{name}`. */
  readonly procedures?: Readonly<Record<string, ProcedureDeclaration>>
  readonly profile?: Profile
  /** Whether `Prefer: tx=rollback` is honoured: a write is tried, and undone. Default: no. */
  readonly trials?: boolean
  /** Default: anyone may sign up. */
  readonly signUp?: boolean
  /** How people sign in. Default: with a password, at once. */
  readonly auth?: AuthDeclaration
  /** Default: one database for all. */
  readonly tenants?: TenantsDeclaration
}

/** A whole backend, as the default export of its `index.ts`. A mistake in it fails when the Worker starts. */
export function backend(declaration: BackendDeclaration): BackendDeclaration {
  return declaration
}

/** What `seed.ts` of a backend folder makes: users to sign in with, and rows table by table, parents first. */
export interface Seed {
  readonly users: readonly SeedUser[]
  readonly rows: readonly SeedRows[]
}

/** Somebody to sign in with. */
export interface SeedUser {
  readonly id: string
  readonly email: string
  /** Null: a user who cannot sign in with a password (there may be thousands; hashing each takes 0.1 s). */
  readonly password: string | null
  readonly role: string
}

/** Rows of one table. */
export interface SeedRows {
  readonly table: SQLiteTable
  /** Values by Drizzle property. */
  readonly values: readonly Readonly<Record<string, unknown>>[]
}

/** `small`: to look at; `large`: to measure with. */
export type SeedSize = 'small' | 'large'
