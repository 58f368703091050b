import { sleep } from '../../../base/clock.ts'
import { fetchJson, UpstreamError } from './fetch.ts'

/** What an isolate knows of one URL. Data alone: a promise of one request must not be waited for in another. */
interface Known {
  document: unknown
  /** When it was asked for: of `document`, and of the last try. */
  fetchedAt: number
  askedAt: number
  failedAt: number
}

/** By URL. These come from the code of the author and from their issuers: there are few. */
const known = new Map<string, Known>()

const never = Number.NEGATIVE_INFINITY
const freshMilliseconds = 600_000
/** So long what could not be had anew is good enough: keys of a provider that is down for an hour. */
const staleMilliseconds = 86_400_000
/** Between two tries, whoever asks for whatever: a flood of unknown keys is no flood of requests. */
export const pauseMilliseconds = 10_000
const waitMilliseconds = 5_000

/**
 * A JSON document of a provider, kept for ten minutes in the isolate.
 * @param maxAgeMilliseconds how old it may be, unless it was asked for in the last ten seconds
 * @throws UpstreamError
 */
export async function documentAt(
  url: string,
  nowMilliseconds: number,
  maxAgeMilliseconds: number = freshMilliseconds,
): Promise<unknown> {
  const entry = known.get(url) ?? { document: null, fetchedAt: never, askedAt: never, failedAt: never }
  known.set(url, entry)
  const age = nowMilliseconds - entry.fetchedAt
  if (age < maxAgeMilliseconds) return entry.document
  if (nowMilliseconds - entry.askedAt >= pauseMilliseconds) return ask(url, entry, nowMilliseconds)
  return age < staleMilliseconds ? entry.document : waitFor(entry)
}

async function ask(url: string, entry: Known, nowMilliseconds: number): Promise<unknown> {
  entry.askedAt = nowMilliseconds
  try {
    entry.document = await fetchJson(url)
    entry.fetchedAt = nowMilliseconds
  } catch (error) {
    entry.failedAt = nowMilliseconds
    if (nowMilliseconds - entry.fetchedAt >= staleMilliseconds) throw error
  }
  return entry.document
}

/** Of who comes while another request asks for the first time. */
async function waitFor(entry: Known): Promise<unknown> {
  for (let waited = 0; waited < waitMilliseconds; waited += 20) {
    if (entry.fetchedAt >= entry.askedAt) return entry.document
    if (entry.failedAt >= entry.askedAt) break
    await sleep(20)
  }
  throw new UpstreamError('the provider could not be asked a moment ago')
}
