/** What the author of a backend imports. */
export {
  type BackendDeclaration,
  backend,
  type NewUser,
  type Profile,
  type Seed,
  type SeedRows,
  type SeedSize,
  type SeedUser,
} from './model/backend.ts'
export { id, timestamps } from './model/column.ts'
export {
  and,
  everyone,
  type FieldRule,
  not,
  or,
  type Policy,
  type PolicyCaller,
  role,
  type Verdict,
} from './model/policy.ts'
export { type ResourceDeclaration, type ResourceOptions, resource } from './model/resource.ts'
