import { Problem } from '../../base/problem.ts'

const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** A date of JavaScript goes no further. */
const latest = 8.64e15

/**
 * When a ban ends, of a duration as GoTrue takes it: `none`, or as Go writes them, such as `24h` or `1h30m`.
 * @throws Problem validation_failed
 */
export function banEnd(duration: string, nowMilliseconds: number): number | null {
  if (duration === 'none') return null
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(duration) || duration.length > 60)
    throw new Problem('validation_failed', {
      message: "ban_duration must be 'none' or a duration such as '24h' or '1h30m'.",
    })
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)]
  const length = parts.reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (milliseconds[unit] ?? 0),
    0,
  )
  return length === 0 ? null : Math.min(Math.ceil(nowMilliseconds + length), latest)
}
