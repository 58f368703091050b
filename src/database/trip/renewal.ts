import { doAfterTheAnswer, type Later } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { Statement } from '../../base/statement.ts'
import type { Cluster, NodeState } from '../cluster.ts'
import { batonOf } from '../hrana/reply.ts'
import { executeRequest, onStream, probeRequest } from '../hrana/request.ts'
import { ended, giveBack, isRenewalDue, openAhead, takeOld } from '../hrana/streams.ts'
import { exchange, type Node } from '../node.ts'

/**
 * Streams that grow old are replaced while no request waits for that: else of the requests that come now and then many
 * would have to open one.
 */
export function renewStreams({ primary, replicas }: Cluster, nowMilliseconds: number, later: Later): void {
  for (const state of [primary, ...replicas]) {
    if (state.failures > 0 || !isRenewalDue(state.streams, nowMilliseconds)) continue
    state.streams.renewingUntilMilliseconds = nowMilliseconds + renewalMilliseconds
    doAfterTheAnswer(() => renew(state), later)
  }
}

const renewalMilliseconds = 2_000

async function renew({ node, streams }: NodeState): Promise<void> {
  const close = async (): Promise<void> => {
    for (let old = takeOld(streams, Date.now()); old !== null; old = takeOld(streams, Date.now())) {
      if ((await aside(node, onStream(probeRequest, old))) === 'unanswered')
        giveBack(streams, old, null, Date.now())
      else ended(streams, old)
    }
  }
  let lease = openAhead(streams, Date.now())
  // Those that are old serve until the new one is there; where all places are theirs they go first.
  if (lease === null) {
    await close()
    lease = openAhead(streams, Date.now())
  }
  if (lease !== null) {
    const answer = await aside(node, onStream(executeRequest(readSchema), lease))
    giveBack(streams, lease, answer instanceof Uint8Array ? batonOf(answer) : null, Date.now())
  }
  await close()
  streams.renewingUntilMilliseconds = Number.NEGATIVE_INFINITY
}

/** As each statement does first, when it is the first one of its stream. */
const readSchema: Statement = { sql: 'select 1 from sqlite_schema limit 1', args: [] }

/**
 * Nobody waits for it, and whoever asks next hears what is wrong, and counts it.
 * @returns null when the stream is gone
 */
async function aside(node: Node, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array | 'unanswered' | null> {
  try {
    const deadline = AbortSignal.timeout(renewalMilliseconds)
    return await exchange(node, body, { deadline, requestId: null })
  } catch (error) {
    if (error instanceof Problem) return 'unanswered'
    throw error
  }
}
