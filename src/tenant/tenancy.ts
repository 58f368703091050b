import { accessTokenIn } from '../auth/caller.ts'
import type { SigningKeys } from '../auth/token/keys.ts'
import { issuerOf, tenantOfToken } from '../auth/token/tokens.ts'
import type { Clock } from '../base/clock.ts'
import { type BoundedMap, boundedMap } from '../base/memory/bounded-map.ts'
import { Problem } from '../base/problem.ts'
import type { Bindings, Settings } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Database } from '../database/client.ts'
import type { TenantsDeclaration } from '../declare/backend.ts'
import { tenantSettings } from './derive.ts'
import { type DirectoryEntry, readEntry } from './directory.ts'
import { tenantInLink } from './link.ts'
import { isTenantName } from './name.ts'
import { tenantHeader, tenantInHost, tenantInPath, tenantUrl } from './named.ts'
import { databasePattern, databaseUrlOf } from './pattern.ts'

/** What is asked, and what the server knows of itself. */
export interface TenantRequest {
  readonly request: Request
  readonly bindings: Bindings
  readonly settings: Settings
  readonly keys: SigningKeys
  readonly clock: Clock
  /** Of DATABASE_URL, with the directory in it. */
  readonly database: Pick<Database, 'run'>
  readonly timing: Timing
}

/**
 * Finds the settings of the tenant that a request names; null of a request that names none. What the directory said
 * is remembered for some seconds, so only the first request of a tenant in an isolate pays a trip for it: whoever is
 * suspended is refused everywhere `keptMilliseconds.active` later. The same tenant has the same object as its settings.
 * @throws Problem TENANT_UNKNOWN, TENANT_SUSPENDED, TENANT_NOT_READY; UNAVAILABLE_DATABASE, DATABASE_TIMEOUT;
 * UNAVAILABLE_CONFIGURATION
 */
export type Tenancy = (asked: TenantRequest) => Promise<Settings | null>

export function createTenancy({ from }: TenantsDeclaration): Tenancy {
  // Made-up names have a map of their own: they drop no tenant that is there.
  const tenants = boundedMap<Known>(mostKept)
  const unknown = boundedMap<number>(mostKept)
  return async (asked) => {
    const name = await nameIn(asked, from)
    if (name === null) return null
    if (!isTenantName(name)) throw unknownTenant()
    const now = asked.clock.nowMilliseconds()
    if (now < (unknown.get(name) ?? 0)) throw unknownTenant()
    const known = await knownTenant(asked, { name, now, from, tenants })
    if (known === null) {
      unknown.set(name, now + keptMilliseconds.unknown)
      throw unknownTenant()
    }
    return servedSettings(known)
  }
}

/** How long an isolate believes what the directory said: also how long a suspended tenant may still be served. */
export const keptMilliseconds = { active: 10_000, unknown: 5_000, other: 1_000 } as const

const mostKept = 2_000

interface Known {
  readonly entry: DirectoryEntry
  readonly settings: Settings | null
  readonly untilMilliseconds: number
}

/** As it is written in the request; null: it names none. */
async function nameIn(
  { request, settings, keys, clock }: TenantRequest,
  from: TenantsDeclaration['from'],
): Promise<string | null> {
  const { url, headers } = request
  switch (from) {
    case 'host':
      return tenantInHost(url, settings.apiUrl)
    case 'path':
      return tenantInPath(url)
    case 'claim': {
      // Whoever names another tenant than that of the token, or of the key, is refused as soon as these are looked at.
      const named = headers.get(tenantHeader) ?? (await tenantInLink(request))
      const token = named === null ? accessTokenIn(headers) : null
      if (token === null) return named
      const context = { issuer: issuerOf(settings.apiUrl), keys, nowMilliseconds: clock.nowMilliseconds() }
      return (await tenantOfToken(token, context)) || null
    }
  }
}

async function knownTenant(
  { bindings, settings, database, timing }: TenantRequest,
  {
    name,
    now,
    from,
    tenants,
  }: {
    readonly name: string
    readonly now: number
    readonly from: TenantsDeclaration['from']
    readonly tenants: BoundedMap<Known>
  },
): Promise<Known | null> {
  const before = tenants.get(name)
  if (before !== undefined && now < before.untilMilliseconds) return before
  const entry = await readEntry(database, name, timing)
  timing.mark('tenant')
  if (entry === null) return null
  const untilMilliseconds =
    now + (entry.status === 'active' ? keptMilliseconds.active : keptMilliseconds.other)
  if (before !== undefined && isSame(before.entry, entry)) {
    const known = { ...before, entry, untilMilliseconds }
    tenants.set(name, known)
    return known
  }
  const pattern = entry.databaseUrl === null ? databasePattern(bindings) : null
  const databaseUrl = entry.databaseUrl ?? (pattern === null ? null : databaseUrlOf(pattern, name))
  const apiUrl = tenantUrl(from, settings.apiUrl, name)
  const own = databaseUrl === null ? null : tenantSettings(settings, { ...entry, name, databaseUrl, apiUrl })
  const known = { entry, settings: own, untilMilliseconds }
  tenants.set(name, known)
  return known
}

function isSame(one: DirectoryEntry, other: DirectoryEntry): boolean {
  const members = ['databaseUrl', 'salt', 'keySalt', 'stay'] as const
  return members.every((member) => one[member] === other[member])
}

function servedSettings({ entry: { status }, settings }: Known): Settings {
  switch (status) {
    case 'active':
      if (settings === null) throw new Problem('UNAVAILABLE_CONFIGURATION', notPlaced)
      return settings
    case 'removed':
      throw unknownTenant()
    case 'suspended':
      throw new Problem('TENANT_SUSPENDED')
    case 'creating':
    case 'migrating':
    case 'moving':
      throw tenantNotReady()
  }
}

const notPlaced = {
  message: 'The tenant has no database: set TENANT_DATABASE_URL, or give its entry a URL.',
  headers: { 'retry-after': '60' },
}

/** Also of a database without the backend's tables, which must never be taken for an empty one. */
export function tenantNotReady(): Problem {
  return new Problem('TENANT_NOT_READY', { headers: { 'retry-after': '2' } })
}

function unknownTenant(): Problem {
  return new Problem('TENANT_UNKNOWN')
}
