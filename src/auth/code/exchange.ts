import { object, string } from 'valibot'
import { sha256 } from '../../base/crypto.ts'
import { Problem } from '../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import type { AuthContext } from '../context.ts'
import { readBody } from '../credentials.ts'
import { startSession } from '../session/start.ts'
import { tellOfNewDevice } from '../session/tell.ts'
import { hashed } from '../session/token.ts'
import { methodOfCode } from './issue.ts'
import { openProviderTokens } from './seal.ts'

const exchangeBody = object({ auth_code: string(), code_verifier: string() })

export interface ExchangedCode {
  readonly hash: string
  /** Of the verifier that came with it. */
  readonly challenge: string
  readonly nowMilliseconds: number
}

/** What else a code does, in the same transaction, before the session is begun. */
export interface ExchangeStep {
  readonly statements: readonly Statement[]
  /** Of these very statements, when there is a session. */
  done(results: readonly Result[]): void
  /** Why there is none; null: the step did not keep it from being there. */
  refusal(results: readonly Result[]): Problem | null
}

/**
 * `POST /token?grant_type=pkce`: one trip. The code is gone whatever comes of it, so that of any number of uses at once
 * one is the first, and a wrong verifier is the last try: what the comparison takes tells nobody anything.
 * @throws Problem flow_state_not_found, flow_state_expired, bad_code_verifier, user_banned, or what the step refuses
 */
export async function exchangeCode(
  context: AuthContext,
  stepOf: (code: ExchangedCode) => ExchangeStep = () => noStep,
): Promise<Response> {
  const timing = context.get('timing')
  const { auth_code: code, code_verifier: verifier } = await readBody(context.req.raw, exchangeBody)
  const method = methodOfCode(code)
  if (method === null) throw new Problem('flow_state_not_found')
  const nowMilliseconds = context.get('server').clock.nowMilliseconds()
  timing.mark('parse')

  const exchanged = { hash: hashed(code).hash, challenge: sha256(verifier), nowMilliseconds }
  const hash = textValue(exchanged.hash)
  const challenge = textValue(exchanged.challenge)
  const now = integerValue(nowMilliseconds)
  const session = startSession(context, {
    whose: {
      sql: `auth_users.id = (select user_id from auth_codes
  where hash = ? and code_challenge = ? and code_challenge_method = 's256' and expires_at > ?)`,
      args: [hash, challenge, now],
    },
    method,
    nowMilliseconds,
  })
  const look = { sql: readCode, args: [challenge, now, hash] }
  const end: Statement = {
    sql: 'delete from auth_codes where hash = ? or expires_at <= ?',
    args: [hash, now],
  }
  const step = stepOf(exchanged)
  const statements = [look, ...step.statements, ...session.statements, end]
  const results = await context.get('database').transact(statements, timing)
  timing.mark('db')
  const found = codeIn(results[0])
  const signedIn = session.outcomeOf(results.slice(0, -1))
  if (signedIn === null) throw step.refusal(results.slice(1)) ?? new Problem('user_banned')
  step.done(results.slice(1))
  tellOfNewDevice(context, signedIn, nowMilliseconds)
  return session.respond(signedIn, found === null ? {} : openProviderTokens(code, found))
}

const noStep: ExchangeStep = { statements: [], done: () => undefined, refusal: () => null }

const readCode = 'select code_challenge = ?, expires_at > ?, provider_tokens from auth_codes where hash = ?'

/** What a provider gave, sealed. @throws Problem of a code that is not good for a session */
function codeIn(result: Result | undefined): string | null {
  const row = result?.rows[0]
  if (row === undefined) throw new Problem('flow_state_not_found')
  const [isOfVerifier, isInTime, sealed] = row
  if (textOf(isInTime) !== '1') throw new Problem('flow_state_expired')
  if (textOf(isOfVerifier) !== '1') throw new Problem('bad_code_verifier')
  return textOf(sealed)
}
