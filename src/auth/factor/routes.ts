import { type AuthRoute, type Feature, lazily } from '../feature.ts'
import type { FactorKinds } from './kind.ts'

/**
 * Second factors, of every kind that the features bring: as GoTrue has them, and recovery codes, as auth-js does.
 * None where there is no kind.
 */
export function factorRoutes(features: readonly Feature[]): readonly AuthRoute[] {
  const kinds: FactorKinds = Object.assign({}, ...features.map((feature) => feature.factors ?? {}))
  if (Object.keys(kinds).length === 0) return []
  const enrol = lazily(() => import('./actions/enrol.ts').then((module) => module.enrol(kinds)))
  const challenge = lazily(() => import('./actions/challenge.ts').then((module) => module.challenge(kinds)))
  const verify = lazily(() => import('./actions/verify.ts').then((module) => module.verify(kinds)))
  const remove = lazily(() => import('./actions/remove.ts').then((module) => module.remove))
  const removeCodes = lazily(() => import('./actions/remove.ts').then((module) => module.removeCodes))
  const made = () => import('./recovery/make.ts')
  const statusOfCodes = lazily(() => import('./recovery/status.ts').then((module) => module.statusOfCodes))
  const spendCode = lazily(() => import('./recovery/spend.ts').then((module) => module.spendCode))
  return [
    { path: '/factors', access: 'user', methods: { POST: enrol } },
    // Before what has an id in its place.
    {
      path: '/factors/recovery-codes',
      access: 'user',
      methods: {
        GET: statusOfCodes,
        POST: lazily(async () => (await made()).generateCodes),
        DELETE: removeCodes,
      },
    },
    {
      path: '/factors/recovery-codes/regenerate',
      access: 'user',
      methods: { POST: lazily(async () => (await made()).regenerateCodes) },
    },
    { path: '/factors/recovery-codes/verify', access: 'user', methods: { POST: spendCode } },
    { path: '/factors/:id', access: 'user', methods: { DELETE: remove } },
    { path: '/factors/:id/challenge', access: 'user', methods: { POST: challenge } },
    { path: '/factors/:id/verify', access: 'user', methods: { POST: verify } },
  ]
}
