import { readBounded } from '../../base/http/bounded.ts'
import { Problem } from '../../base/problem.ts'
import type { Asked } from './captcha.ts'

const defaultUrl = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'
const deadlineMilliseconds = 5_000
const mostBytes = 10_000

/**
 * Whether a token is one that was given for a solved challenge, and was not asked about before
 * (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/).
 * @throws Problem unexpected_failure when there is no such answer in time: nobody is let through unasked
 */
export async function verifyTurnstile({ token, secret, url, address }: Asked): Promise<boolean> {
  const told = await answered(url ?? defaultUrl, {
    secret,
    response: token,
    ...(address !== null && { remoteip: address }),
  })
  if (typeof told === 'object' && told !== null && 'success' in told) return told.success === true
  throw unanswered()
}

async function answered(url: string, body: object): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(deadlineMilliseconds),
      redirect: 'manual',
    })
    const bytes = await readBounded(response.body, mostBytes, () => new RangeError('the answer is too long'))
    return response.status < 500 ? JSON.parse(bytes.toString()) : null
  } catch (error) {
    console.error(JSON.stringify({ captcha: error instanceof Error ? error.name : typeof error }))
    return null
  }
}

function unanswered(): Problem {
  return new Problem('unexpected_failure', { message: 'The captcha could not be verified: try again.' })
}
