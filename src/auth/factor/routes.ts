import type { AuthRoute, Factors } from '../feature.ts'
import { challenge } from './actions/challenge.ts'
import { enrol } from './actions/enrol.ts'
import { remove, removeCodes } from './actions/remove.ts'
import { verify } from './actions/verify.ts'
import type { FactorKinds } from './kind.ts'
import { generateCodes, regenerateCodes } from './recovery/make.ts'
import { spendCode } from './recovery/spend.ts'
import { statusOfCodes } from './recovery/status.ts'

/** What a feature that brings kinds of second factor says of it: who takes none in has nothing of them in the bundle. */
export function factorsOf(kinds: FactorKinds): Factors {
  return { kinds, routes: factorRoutes }
}

/** Second factors, of every kind that the features bring: as GoTrue has them, and recovery codes, as auth-js does. */
function factorRoutes(kinds: FactorKinds): readonly AuthRoute[] {
  return [
    { path: '/factors', access: 'user', methods: { POST: enrol(kinds) } },
    // Before what has an id in its place.
    {
      path: '/factors/recovery-codes',
      access: 'user',
      methods: { GET: statusOfCodes, POST: generateCodes, DELETE: removeCodes },
    },
    { path: '/factors/recovery-codes/regenerate', access: 'user', methods: { POST: regenerateCodes } },
    { path: '/factors/recovery-codes/verify', access: 'user', methods: { POST: spendCode } },
    { path: '/factors/:id', access: 'user', methods: { DELETE: remove } },
    { path: '/factors/:id/challenge', access: 'user', methods: { POST: challenge(kinds) } },
    { path: '/factors/:id/verify', access: 'user', methods: { POST: verify(kinds) } },
  ]
}
