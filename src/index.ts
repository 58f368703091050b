/** What the author of a backend imports. */

export { oauthServer } from './auth/app/feature.ts'
export type { OAuthServerOptions } from './auth/app/rules.ts'
export { turnstile } from './auth/captcha/turnstile.ts'
export { totp } from './auth/factor/totp/feature.ts'
export { type OauthOptions, oauth } from './auth/oauth/feature.ts'
export { apple } from './auth/oauth/provider/apple.ts'
export { discord } from './auth/oauth/provider/discord.ts'
export { facebook } from './auth/oauth/provider/facebook.ts'
export { github } from './auth/oauth/provider/github.ts'
export { google } from './auth/oauth/provider/google.ts'
export { linkedin } from './auth/oauth/provider/linkedin.ts'
export { microsoft } from './auth/oauth/provider/microsoft.ts'
export { type OidcOptions, oidc } from './auth/oauth/provider/oidc.ts'
export { x } from './auth/oauth/provider/x.ts'
export type { Endpoints, Person, Provider, Said } from './auth/oauth/provider.ts'
export { type PasskeyOptions, passkeys } from './auth/passkey/feature.ts'
export { importedHashes } from './auth/password/imported.ts'
export { type Html, html } from './base/http/html.ts'
export type { AfterContext, AfterHook, Operation, Payload } from './declare/after.ts'
export type { AuthDeclaration, ClaimsUser, SessionDeclaration } from './declare/auth/auth.ts'
export type { MailDeclaration, MailTemplate, MailTemplates, MailWords } from './declare/auth/mail.ts'
export {
  type BackendDeclaration,
  backend,
  type NewUser,
  type Profile,
  type Seed,
  type SeedRows,
  type SeedSize,
  type SeedUser,
  type TenantsDeclaration,
} from './declare/backend.ts'
export { id, timestamps } from './declare/column.ts'
export type { BeforeHooks, Draft, HookContext, InputSchemas } from './declare/hook.ts'
export {
  and,
  everyone,
  exists,
  type FieldRule,
  nobody,
  not,
  or,
  type Policy,
  type PolicyCaller,
  type PolicyContext,
  permission,
  role,
  type UpdatePolicy,
  type Verdict,
} from './declare/policy.ts'
export {
  type ProcedureCaller,
  type ProcedureContext,
  type ProcedureDatabase,
  type ProcedureDeclaration,
  procedure,
  type Query,
  type RowSet,
} from './declare/procedure.ts'
export { type Refusal, type RefusalDetail, refusal } from './declare/refusal.ts'
export {
  type CacheOptions,
  type Embeds,
  type FieldRules,
  type ResourceDeclaration,
  type ResourceOptions,
  resource,
} from './declare/resource.ts'
export type { StandardSchemaV1 } from './declare/schema.ts'
