import { Problem } from '../../../base/problem.ts'
import { integerValue, textValue } from '../../../base/statement.ts'
import type { FactorKind } from '../kind.ts'
import { isOverSql, waitSeconds } from '../wait.ts'
import { openSecret, sealSecret } from './secret.ts'

/** RFC 4226 §4 recommends 160 bits. */
const secretBytes = 20
/** A code is taken one step of 30 seconds before and after its own, too (RFC 6238 §5.2). */
const window = 1

/** Six digits of SHA-1 every 30 seconds: what every authenticator app can do. */
export const totpKind: FactorKind = {
  method: 'totp',

  async enrol(context, { id, account, issuer }) {
    const { settings } = context.get('server')
    const { Secret, TOTP } = await import('otpauth')
    const { renderSVG } = await import('uqr')
    const secret = new Secret({ size: secretBytes })
    const uri = new TOTP({
      issuer: issuer ?? new URL(settings.siteUrl).hostname,
      label: account,
      secret,
    }).toString()
    return {
      secret: sealSecret(secret.base32, id, settings.serverSecret),
      // auth-js makes a data URL of it as it stands: no `#` must be in it.
      answer: { totp: { qr_code: renderSVG(uri, { border: 2 }), secret: secret.base32, uri } },
    }
  },

  async ask() {
    return {}
  },

  /** Counts every try as a wrong one, before the code is looked at: however many come at once, so many are looked at. */
  claim({ asker: { caller, nowMilliseconds, standing }, factorId, challengeId }) {
    const now = integerValue(nowMilliseconds)
    return [
      {
        sql: `update auth_factors set failures = failures + 1, failed_at = ?
where id = ? and user_id = ? and type = 'totp' and ${isOverSql('failures', 'failed_at')} and ${standing.sql}
  and exists (select 1 from auth_challenges where auth_challenges.id = ? and factor_id = auth_factors.id and expires_at > ?
    and json_extract(payload, '$.sessionId') = ?)`,
        args: [
          ...[now, textValue(factorId), textValue(caller.id), now, ...standing.args],
          ...[textValue(challengeId), now, textValue(caller.sessionId)],
        ],
      },
    ]
  },

  refusal({ factor: { failures, failedAt }, nowMilliseconds }) {
    return new Problem('over_request_rate_limit', {
      message: 'Too many wrong codes: wait before trying again.',
      headers: { 'retry-after': waitSeconds(failures, failedAt ?? nowMilliseconds, nowMilliseconds) },
    })
  },

  async prove(context, { factor, code, nowMilliseconds }) {
    const { serverSecret } = context.get('server').settings
    const step = await stepOf(serverSecret, factor, code ?? '', nowMilliseconds)
    if (step === null) throw new Problem('mfa_verification_failed')
    return {
      when: {
        sql: '(auth_factors.last_step is null or auth_factors.last_step < ?)',
        args: [integerValue(step)],
      },
      effects: (taken) => [
        {
          sql: `update auth_factors set last_step = ?, failures = 0, failed_at = null where id = ? and ${taken.sql}`,
          args: [integerValue(step), textValue(factor.id), ...taken.args],
        },
      ],
    }
  },
}

/** The time step whose code it is; null of a wrong one. Compared in constant time. */
async function stepOf(
  serverSecret: string,
  { id, secret }: { readonly id: string; readonly secret: string | null },
  code: string,
  timestamp: number,
): Promise<number | null> {
  if (secret === null) throw new TypeError('a TOTP factor has no secret')
  const base32 = openSecret(secret, id, serverSecret)
  const token = code.trim()
  if (!/^\d{6}$/.test(token)) return null
  const { Secret, TOTP } = await import('otpauth')
  const delta = new TOTP({ secret: Secret.fromBase32(base32) }).validate({ token, timestamp, window })
  return delta === null ? null : TOTP.counter({ timestamp }) + delta
}
