import { nodeCrypto } from '../../base/crypto.ts'
import { readBounded } from '../../base/http/bounded.ts'

const defaultUrl = 'https://api.pwnedpasswords.com'
const deadlineMilliseconds = 2_000
/** A range has about 800 suffixes, with padding up to 1,000, of 40 characters each. */
const mostBytes = 200_000

/**
 * How often a password was seen in breaches (https://haveibeenpwned.com/API/v3#PwnedPasswords). Who answers is told the
 * first 20 bits of a hash, which some hundred thousand passwords have; the answer is padded, so that its size tells
 * nothing either. 0 when nobody answers in time: people must not be kept out by that, and the log says so.
 */
export async function timesSeen(password: string, url: string | null): Promise<number> {
  const hash = nodeCrypto().hash('sha1', password, 'hex').toUpperCase()
  try {
    const response = await fetch(`${url ?? defaultUrl}/range/${hash.slice(0, 5)}`, {
      headers: { 'add-padding': 'true', 'user-agent': 'Selvage' },
      signal: AbortSignal.timeout(deadlineMilliseconds),
      redirect: 'manual',
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new TypeError(`status ${response.status}`)
    }
    const bytes = await readBounded(response.body, mostBytes, () => new RangeError('the answer is too long'))
    return countIn(bytes.toString(), hash.slice(5))
  } catch (error) {
    console.error(JSON.stringify({ breached: error instanceof Error ? error.name : typeof error }))
    return 0
  }
}

function countIn(text: string, suffix: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${suffix}:`))
  return Number(line?.slice(suffix.length + 1) ?? 0)
}
