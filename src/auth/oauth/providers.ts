import { Problem } from '../../base/problem.ts'
import type { AuthContext } from '../context.ts'
import { clientOf, type ProviderClient } from './client.ts'
import type { Provider } from './provider.ts'

/** By name. */
export type Providers = ReadonlyMap<string, Provider>

export interface ChosenProvider {
  readonly provider: Provider
  readonly client: ProviderClient
}

/** @throws Problem validation_failed of none of this backend's; GoTrue says so, too */
export function chosenProvider(context: AuthContext, providers: Providers, name: unknown): ChosenProvider {
  const provider = typeof name === 'string' ? providers.get(name.toLowerCase()) : undefined
  if (provider === undefined) {
    throw new Problem('validation_failed', { message: 'Unsupported provider: provider is not enabled' })
  }
  return { provider, client: clientOf(provider, context.get('server').bindings) }
}

/** What is to be entered at each provider. */
export function callbackUrl(context: AuthContext): string {
  return `${context.get('server').settings.apiUrl}/auth/v1/callback`
}
