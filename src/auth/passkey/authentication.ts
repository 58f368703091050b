import { object, string, unknown } from 'valibot'
import { randomText } from '../../base/crypto.ts'
import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { integerValue, type Result, textOf, textValue } from '../../base/statement.ts'
import { accountColumnCount, accountColumns, accountOf, isBanned } from '../account/account.ts'
import type { Action } from '../context.ts'
import { readBody } from '../credentials.ts'
import { challengeSeconds } from '../factor/stored.ts'
import { startSession } from '../session/start.ts'
import { tellOfNewDevice } from '../session/tell.ts'
import { throttle } from '../throttle/throttle.ts'
import { parsedRequest, passkeyDemands, refused, requestOptions, verifyRequest } from './ceremony.ts'
import { type PasskeyOptions, partyOf } from './party.ts'
import { isAhead, type KnownPasskey, passkeyColumn } from './stored.ts'

const kind = 'passkey_authentication'

/** `POST /passkeys/authentication/options`: what `navigator.credentials.get()` is to be asked, whoever asks. One trip. */
export function beginAuthentication(options: PasskeyOptions): Action {
  return async (context) => {
    const timing = context.get('timing')
    const nowMilliseconds = context.get('server').clock.nowMilliseconds()
    const id = uuidv7(nowMilliseconds)
    const random = randomText(32)
    const expires = nowMilliseconds + challengeSeconds * 1_000
    timing.mark('parse')
    await context.get('database').transact(
      [
        // What nobody came back for: an hour later it need not be called expired any more.
        {
          sql: 'delete from auth_challenges where kind = ? and expires_at <= ?',
          args: [textValue(kind), integerValue(nowMilliseconds - 3_600_000)],
        },
        {
          sql: `insert into auth_challenges (id, kind, payload, created_at, expires_at) values (?, ?, json_object('challenge', ?), ?, ?)`,
          args: [
            ...[textValue(id), textValue(kind), textValue(random)],
            ...[integerValue(nowMilliseconds), integerValue(expires)],
          ],
        },
      ],
      timing,
    )
    timing.mark('db')
    const answer = {
      challenge_id: id,
      options: await requestOptions(partyOf(context, options), [], random, passkeyDemands),
      expires_at: Math.floor(expires / 1_000),
    }
    return context.json(answer, 200, { 'cache-control': 'no-store' })
  }
}

const finishBody = object({ challenge_id: string(), credential: unknown() })

/**
 * `POST /passkeys/authentication/verify`: signs in who has the passkey. The authenticator has made sure who uses it, so that
 * it is two factors in one: the session is of aal2. Two trips: the public key must be read before what it signs can be checked.
 * The first one takes the challenge away, whatever comes of it. A credential that nobody knows is refused as a wrong one.
 * @throws Problem over_request_rate_limit, webauthn_challenge_not_found, webauthn_challenge_expired,
 *   webauthn_verification_failed; after the right passkey only, user_banned or email_not_confirmed
 */
export function finishAuthentication(options: PasskeyOptions): Action {
  return async (context) => {
    const timing = context.get('timing')
    const database = context.get('database')
    const nowMilliseconds = context.get('server').clock.nowMilliseconds()
    const body = await readBody(context.req.raw, finishBody)
    const given = parsedRequest(body.credential)
    timing.mark('parse')
    const begun = [textValue(body.challenge_id), textValue(kind)]
    const [[taken, , found], pass] = await Promise.all([
      database.transact(
        [
          {
            sql: `select json_extract(payload, '$.challenge'), expires_at from auth_challenges where id = ? and kind = ?`,
            args: begun,
          },
          { sql: 'delete from auth_challenges where id = ? and kind = ?', args: begun },
          {
            sql: `select ${accountColumns}, ${passkeyColumn} from auth_credentials join auth_users on auth_users.id = auth_credentials.user_id
where credential_id = ? and factor_id is null`,
            args: [textValue(given.id)],
          },
        ],
        timing,
      ),
      throttle(context, 'sign_in'),
    ])
    timing.mark('db')
    const challenge = challengeIn(taken, nowMilliseconds)
    const known = accountOf(found)
    const json = textOf(found?.rows[0]?.[accountColumnCount])
    if (known === null || json === null) throw refused()
    const passkey: KnownPasskey = JSON.parse(json)
    const shown = await verifyRequest(partyOf(context, options), given, challenge, passkey, passkeyDemands)
    const handle = Buffer.from(given.response.userHandle ?? '', 'base64url').toString()
    if (handle !== passkey.userId) throw refused()
    if (isBanned(known, nowMilliseconds)) throw new Problem('user_banned')
    if (known.email !== null && known.emailConfirmedAt === null) throw new Problem('email_not_confirmed')

    const ahead = isAhead(shown.counter)
    const session = startSession(context, {
      whose: {
        sql: `auth_users.id = ? and (auth_users.email is null or auth_users.email_confirmed_at is not null)
and exists (select 1 from auth_credentials where auth_credentials.id = ? and auth_credentials.user_id = auth_users.id and ${ahead.sql})`,
        args: [textValue(known.id), textValue(passkey.id), ...ahead.args],
      },
      method: 'passkey',
      nowMilliseconds,
      aal: 2,
    })
    const results = await database.transact(
      [
        ...session.statements.slice(0, -1),
        {
          sql: `update auth_credentials set counter = ?, is_backed_up = ?, last_used_at = ?
where id = ? and exists (select 1 from auth_sessions where auth_sessions.id = ?)`,
          args: [
            ...[integerValue(shown.counter), integerValue(shown.isBackedUp ? 1 : 0)],
            ...[integerValue(nowMilliseconds), textValue(passkey.id), textValue(session.id)],
          ],
        },
        ...session.statements.slice(-1),
      ],
      timing,
    )
    timing.mark('db')
    const signedIn = session.outcomeOf(results)
    // Between the two trips the passkey was removed, or used by a copy; or the user was banned.
    if (signedIn === null) throw refused()
    pass.succeeded(known.email)
    tellOfNewDevice(context, signedIn, nowMilliseconds)
    return session.respond(signedIn)
  }
}

function challengeIn(result: Result | undefined, nowMilliseconds: number): string {
  const [challenge, expires] = result?.rows[0]?.map(textOf) ?? []
  if (typeof challenge !== 'string') throw new Problem('webauthn_challenge_not_found')
  if (Number(expires) <= nowMilliseconds) throw new Problem('webauthn_challenge_expired')
  return challenge
}
