import { Problem, type ProblemCode } from '../../base/problem.ts'
import type { Told } from './bucket.ts'

/** The window of the limiter in wrangler.toml. */
const burstSeconds = 10

/**
 * 429 that says when to come again: `Retry-After` (RFC 9110 §10.2.3), and `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-10 §3, §4), whose policy is named by what was tried, not by who is counted.
 */
export function refused(
  code: Extract<ProblemCode, 'over_request_rate_limit' | 'over_email_send_rate_limit'>,
  policy: string,
  told: Told | null,
): Problem {
  if (told === null) return new Problem(code, { headers: { 'retry-after': String(burstSeconds) } })
  const { rule, remaining, retrySeconds } = told
  return new Problem(code, {
    message:
      code === 'over_email_send_rate_limit'
        ? `For security purposes, you can only request this after ${retrySeconds} seconds.`
        : `Too many requests: try again after ${retrySeconds} seconds.`,
    headers: {
      'retry-after': String(retrySeconds),
      'ratelimit-policy': `"${policy}";q=${rule.most};w=${Math.ceil(rule.seconds)}`,
      ratelimit: `"${policy}";r=${remaining};t=${retrySeconds}`,
    },
  })
}
