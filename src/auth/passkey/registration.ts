import { object, string, unknown } from 'valibot'
import { randomText } from '../../base/crypto.ts'
import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { integerValue, textOf, textValue } from '../../base/statement.ts'
import { isoOf } from '../account/user.ts'
import { namedAsker } from '../asker/asker.ts'
import type { Action } from '../context.ts'
import { readBody } from '../credentials.ts'
import { securityEvent } from '../event/event.ts'
import { challengeSeconds } from '../factor/stored.ts'
import { tellOfFactor } from '../factor/tell.ts'
import { creationOptions, passkeyDemands, refused, verifyCreation } from './ceremony.ts'
import { type PasskeyOptions, partyOf } from './party.ts'
import { allCredentials, insertCredential } from './stored.ts'

const kind = 'passkey_registration'
const mostPasskeys = 10
const count = `(select count(*) from auth_credentials where user_id = ? and factor_id is null)`

/**
 * `POST /passkeys/registration/options`: what `navigator.credentials.create()` is to be asked. One trip. Of who has a second
 * factor, a session that has shown it is wanted.
 * @throws Problem insufficient_aal, too_many_passkeys
 */
export function beginRegistration(options: PasskeyOptions): Action {
  return async (context) => {
    const timing = context.get('timing')
    const asker = namedAsker(context)
    const { caller, nowMilliseconds, admitted } = asker
    const id = uuidv7(nowMilliseconds)
    const random = randomText(32)
    const expires = nowMilliseconds + challengeSeconds * 1_000
    const [user, now] = [textValue(caller.id), integerValue(nowMilliseconds)]
    timing.mark('parse')
    const results = await context.get('database').transact(
      [
        asker.read,
        {
          sql: 'delete from auth_challenges where user_id = ? and kind = ? and expires_at <= ?',
          args: [user, textValue(kind), now],
        },
        {
          sql: `insert into auth_challenges (id, kind, user_id, payload, created_at, expires_at)
select ?, ?, ?, json_object('challenge', ?), ?, ? where ${admitted.sql} and ${count} < ${mostPasskeys}`,
          args: [
            ...[textValue(id), textValue(kind), user, textValue(random), now, integerValue(expires)],
            ...[...admitted.args, user],
          ],
        },
        { sql: `select ${allCredentials} from auth_users where id = ?`, args: [user] },
      ],
      timing,
    )
    timing.mark('db')
    asker.require('admitted', results[0])
    if (results[2]?.affectedRows !== 1) throw new Problem('too_many_passkeys')
    const about = {
      id: caller.id,
      name: caller.email ?? caller.id,
      credentials: JSON.parse(textOf(results[3]?.rows[0]?.[0]) ?? '[]'),
    }
    const answer = {
      challenge_id: id,
      options: await creationOptions(partyOf(context, options), about, random, passkeyDemands),
      expires_at: Math.floor(expires / 1_000),
    }
    return context.json(answer, 200, { 'cache-control': 'no-store' })
  }
}

const finishBody = object({ challenge_id: string(), credential: unknown() })

/**
 * `POST /passkeys/registration/verify`: the passkey is the user's from now on. One trip: the credential says to which challenge it
 * answers, and the database whether that was one of this user's, which it takes away.
 * @throws Problem webauthn_challenge_not_found, webauthn_challenge_expired, webauthn_verification_failed,
 *   webauthn_credential_exists, too_many_passkeys, insufficient_aal
 */
export function finishRegistration(options: PasskeyOptions): Action {
  return async (context) => {
    const timing = context.get('timing')
    const asker = namedAsker(context)
    const { caller, nowMilliseconds, admitted } = asker
    const body = await readBody(context.req.raw, finishBody)
    let answered = ''
    const made = await verifyCreation(
      partyOf(context, options),
      body.credential,
      (challenge) => {
        answered = challenge
        return true
      },
      passkeyDemands,
    )
    timing.mark('parse')

    const id = uuidv7(nowMilliseconds)
    const [user, now] = [textValue(caller.id), integerValue(nowMilliseconds)]
    const challenge = [textValue(body.challenge_id), textValue(kind), user]
    const isAnswer = `exists (select 1 from auth_challenges where id = ? and kind = ? and user_id = ? and expires_at > ?
  and json_extract(payload, '$.challenge') = ?)`
    const row = { id, userId: caller.id, factorId: null, name: 'Passkey', nowMilliseconds }
    const isMade = {
      sql: 'auth_users.id = ? and exists (select 1 from auth_credentials made where made.id = ?)',
      args: [user, textValue(id)],
    }
    const results = await context.get('database').transact(
      [
        asker.read,
        {
          sql: `select expires_at > ?, json_extract(payload, '$.challenge') = ? from auth_challenges where id = ? and kind = ? and user_id = ?`,
          args: [now, textValue(answered), ...challenge],
        },
        { sql: `select ${count} < ${mostPasskeys}`, args: [user] },
        insertCredential(made, row, {
          sql: `${admitted.sql} and ${count} < ${mostPasskeys} and ${isAnswer}`,
          args: [...admitted.args, user, ...challenge, now, textValue(answered)],
        }),
        {
          sql: `delete from auth_challenges where id = ? and kind = ? and user_id = ? and ${admitted.sql}`,
          args: [...challenge, ...admitted.args],
        },
        ...securityEvent(context, {
          event: 'passkey_added',
          whose: isMade,
          nowMilliseconds,
          details: { passkey_id: id },
        }),
        { sql: `select email, email_confirmed_at from auth_users where id = ?`, args: [user] },
      ],
      timing,
    )
    timing.mark('db')
    asker.require('admitted', results[0])
    const [isInTime, isRight] = results[1]?.rows[0]?.map(textOf) ?? []
    if (isInTime === undefined) throw new Problem('webauthn_challenge_not_found')
    if (isInTime !== '1') throw new Problem('webauthn_challenge_expired')
    if (isRight !== '1') throw refused()
    if (textOf(results[2]?.rows[0]?.[0]) !== '1') throw new Problem('too_many_passkeys')
    if (results[3]?.affectedRows !== 1) throw new Problem('webauthn_credential_exists')
    const [email = null, confirmed = null] = results.at(-1)?.rows[0]?.map(textOf) ?? []
    const owner = { email, emailConfirmedAt: confirmed === null ? null : Number(confirmed) }
    tellOfFactor(context, 'factor_added', owner, { name: row.name, type: 'passkey' })
    const answer = { id, friendly_name: row.name, created_at: isoOf(nowMilliseconds) }
    return context.json(answer, 200, { 'cache-control': 'no-store' })
  }
}
