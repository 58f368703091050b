import type { Rate, ThrottleDeclaration, ThrottleKind, ThrottleRates } from '../../declare/auth/throttle.ts'

export type Rates = Readonly<Record<ThrottleKind, ThrottleRates>>

/**
 * By network as GoTrue has it (https://supabase.com/docs/guides/auth/rate-limits), where it has a rate, in windows of
 * five minutes; a mail to one address a minute. What guesses at one account is slowed beside that.
 */
const defaults: Rates = {
  sign_in: { network: rate(30, 300), pair: rate(10, 900), account: rate(100, 3_600) },
  sign_up: { network: rate(30, 300) },
  anonymous: { network: rate(30, 3_600) },
  refresh: { network: rate(150, 300) },
  mail: { network: rate(30, 300), pair: rate(1, 60), account: rate(1, 60) },
  verify: { network: rate(30, 300), pair: rate(10, 900), account: rate(60, 3_600) },
  factor: { network: rate(30, 120), pair: rate(10, 300) },
}

/** @throws TypeError on a rate that is none */
export function ratesOf(declared: ThrottleDeclaration = {}): Rates {
  const known = Object.entries(defaults).map(([kind, rates]) => [
    kind,
    { ...rates, ...given(declared, kind) },
  ])
  for (const kind of Object.keys(declared)) {
    if (!Object.hasOwn(defaults, kind)) throw new TypeError(`auth.throttles: there is no '${kind}'`)
  }
  return Object.fromEntries(known)
}

function given(declared: ThrottleDeclaration, kind: string): ThrottleRates {
  const rates = Object.entries(declared).find(([name]) => name === kind)?.[1] ?? {}
  for (const [by, { most, seconds }] of Object.entries<Rate>({ ...rates })) {
    if (!(Number.isInteger(most) && most > 0 && seconds > 0 && Number.isFinite(seconds))) {
      throw new TypeError(`auth.throttles.${kind}.${by}: most is a number from 1, and so is seconds`)
    }
  }
  return rates
}

function rate(most: number, seconds: number): Rate {
  return { most, seconds }
}
