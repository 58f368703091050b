import { nullish, object, string, unknown } from 'valibot'
import { Problem } from '../../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../../../base/statement.ts'
import { type Asker, askerOf } from '../../asker/asker.ts'
import type { Action, AuthContext } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { securityEvent } from '../../event/event.ts'
import { throttle } from '../../throttle/throttle.ts'
import type { Attempt, FactorKinds, Shown, StoredFactor } from '../kind.ts'
import { raiseSession, type SessionRaise } from '../raise.ts'
import { factorIn, readFactor } from '../stored.ts'
import { tellOfFactor } from '../tell.ts'

const verifyBody = object({
  challenge_id: string(),
  code: nullish(string()),
  webauthn: nullish(object({ type: string(), credential_response: unknown() })),
})

/**
 * `POST /factors/{id}/verify`: the factor is shown, and the session has two from now on; answers a new pair of tokens. Two
 * trips: the secret, or the public key, must be read before a code or a signature can be compared with it.
 *
 * The first time the factor begins to count. With a user's first one all of their sessions that have not shown it are over, as
 * GoTrue has it, which ends them with every later proof, too: here they reach no data, and one can still be shown in them.
 * Where there is one already, another one begins to count in a session that has shown it, as it was begun in one.
 * @throws Problem insufficient_aal, mfa_factor_not_found (also of a challenge that is none), mfa_challenge_expired, mfa_verification_failed,
 *   over_request_rate_limit
 */
export function verify(kinds: FactorKinds): Action {
  return async (context) => {
    const timing = context.get('timing')
    const asker = askerOf(context)
    const { caller, nowMilliseconds } = asker
    const body = await readBody(context.req.raw, verifyBody)
    const type = body.webauthn ? 'webauthn' : 'totp'
    if (type === 'totp' && !body.code) throw new Problem('validation_failed', { message: 'code is missing.' })
    const kind = kinds[type]
    if (kind === undefined) throw new Problem(`mfa_${type}_verify_not_enabled`)
    const attempt = { asker, factorId: context.req.param('id') ?? '', challengeId: body.challenge_id }
    timing.mark('parse')

    const attempted = [asker.read, readFactor(attempt.factorId, caller.id), readChallenge(attempt)]
    const [tried, pass] = await Promise.all([
      context.get('database').transact([...attempted, ...kind.claim(attempt)], timing),
      throttle(context, 'factor', { account: caller.id }),
    ])
    timing.mark('db')
    asker.require('standing', tried[0])
    const factor = factorIn(tried[1])
    if (factor === null || factor.type === 'recovery_code') throw new Problem('mfa_factor_not_found')
    if (factor.type !== type)
      throw new Problem('validation_failed', { message: `This is a factor of type ${factor.type}.` })
    const shown: Shown = {
      factor,
      challenge: challengeIn(tried[2], nowMilliseconds),
      nowMilliseconds,
      code: body.code ?? null,
      credential: body.webauthn?.credential_response,
    }
    if (factor.status === 'unverified') asker.require('admitted', tried[0])
    if (tried[3]?.affectedRows !== 1) throw kind.refusal(shown)
    const proof = await kind.prove(context, shown)

    const raise = raiseSession(context, {
      asker,
      when: {
        // Who knew the password before there was a factor could have begun one of their own, to end it now.
        sql: `exists (select 1 from auth_factors where id = ? and user_id = ? and ${proof.when.sql}
  and (status = 'verified' or ${asker.admitted.sql}))`,
        args: [textValue(factor.id), textValue(caller.id), ...proof.when.args, ...asker.admitted.args],
      },
      method: kind.method,
      factorId: factor.id,
    })
    const results = await context
      .get('database')
      .transact(
        [
          asker.read,
          ...raise.statements,
          ...proof.effects(raise.happened),
          ...consequences(context, asker, factor, raise),
          raise.read,
        ],
        timing,
      )
    timing.mark('db')
    asker.require('standing', results[0])
    const raised = raise.outcomeOf(results)
    // The same code, or signature, came twice at once: one of them was taken.
    if (raised === null) throw new Problem('mfa_verification_failed')
    pass.succeeded()
    if (factor.status === 'unverified') tellOfFactor(context, 'factor_added', raised.account, factor)
    return raise.respond(raised)
  }
}

/** A challenge is good in the session that asked for it. */
function readChallenge({ asker, factorId, challengeId }: Attempt): Statement {
  return {
    sql: `select json_extract(payload, '$.challenge'), expires_at from auth_challenges
where id = ? and kind = 'factor' and factor_id = ? and user_id = ? and json_extract(payload, '$.sessionId') = ?`,
    args: [challengeId, factorId, asker.caller.id, asker.caller.sessionId].map(textValue),
  }
}

function challengeIn(result: Result | undefined, nowMilliseconds: number): string {
  const [challenge, expires] = result?.rows[0]?.map(textOf) ?? []
  if (typeof challenge !== 'string') {
    throw new Problem('mfa_factor_not_found', {
      status: 422,
      message: 'There is no such challenge of this factor.',
    })
  }
  if (Number(expires) <= nowMilliseconds) throw new Problem('mfa_challenge_expired')
  return challenge
}

function consequences(
  context: AuthContext,
  { caller, nowMilliseconds }: Asker,
  factor: StoredFactor,
  { raised, happened }: SessionRaise,
): readonly Statement[] {
  const [now, user, id] = [integerValue(nowMilliseconds), textValue(caller.id), textValue(factor.id)]
  const details = { factor_id: factor.id, factor_type: factor.type, session_id: caller.sessionId }
  const isNew = {
    sql: `${raised.sql} and exists (select 1 from auth_factors where id = ? and status = 'unverified')`,
    args: [...raised.args, id],
  }
  return [
    ...securityEvent(context, { event: 'factor_added', whose: isNew, nowMilliseconds, details }),
    ...securityEvent(context, { event: 'factor_verified', whose: raised, nowMilliseconds, details }),
    {
      sql: `update auth_factors set status = 'verified', updated_at = ?, last_used_at = ? where id = ? and ${happened.sql}`,
      args: [now, now, id, ...happened.args],
    },
    {
      sql: `update auth_sessions set revoked_at = ? where user_id = ? and aal < 2 and revoked_at is null and ${happened.sql}
  and exists (select 1 from auth_users where auth_users.id = auth_sessions.user_id and least_aal < 2)`,
      args: [now, user, ...happened.args],
    },
    { sql: `update auth_users set least_aal = 2 where least_aal < 2 and ${raised.sql}`, args: raised.args },
    {
      sql: `delete from auth_factors where user_id = ? and type = ? and status = 'unverified' and ${happened.sql}`,
      args: [user, textValue(factor.type), ...happened.args],
    },
    {
      sql: `delete from auth_challenges where factor_id = ? and ${happened.sql}`,
      args: [id, ...happened.args],
    },
  ]
}
