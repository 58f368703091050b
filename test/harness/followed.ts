import { setTimeout as sleep } from 'node:timers/promises'
import type { Result } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'

/**
 * Resolves when a replica answers this as is wanted. That it answers with an error, as where a table has not come yet,
 * is no answer.
 */
export async function followed(
  replicaUrl: string,
  sql: string,
  isWanted: (result: Result) => boolean = () => true,
): Promise<void> {
  const replica = connect({ url: replicaUrl, token: null })
  const seen = () => replica.run({ sql, args: [] }, startTiming()).then(isWanted, () => false)
  for (let tries = 0; !(await seen()); tries += 1) {
    if (tries > 300) throw new Error('a replica does not follow')
    await sleep(30)
  }
}
