import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { integerValue, textValue } from '../../base/statement.ts'
import type { FactorKind } from '../factor/kind.ts'
import {
  creationOptions,
  factorDemands,
  parsedRequest,
  refused,
  requestOptions,
  verifyCreation,
  verifyRequest,
} from './ceremony.ts'
import { type PasskeyOptions, partyOf } from './party.ts'
import { insertCredential, isAhead } from './stored.ts'

/**
 * An authenticator of WebAuthn as a second factor: it makes sure that somebody is there, and needs no PIN. Its credential
 * is for this only: nobody signs in with it alone.
 */
export function webauthnKind(options: PasskeyOptions): FactorKind {
  return {
    method: 'mfa/webauthn',

    async enrol() {
      return { secret: null, answer: {} }
    },

    async ask(context, factor, challenge) {
      const party = partyOf(context, options)
      const { credentials, status } = factor
      if (status === 'verified') {
        const publicKey = await requestOptions(party, credentials, challenge, factorDemands)
        return { webauthn: { type: 'request', credential_options: { publicKey } } }
      }
      const user = { id: factor.userId, name: factor.email ?? factor.userId, credentials }
      const publicKey = await creationOptions(party, user, challenge, factorDemands)
      return { webauthn: { type: 'create', credential_options: { publicKey } } }
    },

    /** A challenge is good for one answer, right or wrong. */
    claim({ asker: { caller, standing }, factorId, challengeId }) {
      return [
        {
          sql: `delete from auth_challenges where id = ? and kind = 'factor' and factor_id = ? and user_id = ?
and json_extract(payload, '$.sessionId') = ? and ${standing.sql}
and exists (select 1 from auth_factors where auth_factors.id = auth_challenges.factor_id and type = 'webauthn')`,
          args: [...[challengeId, factorId, caller.id, caller.sessionId].map(textValue), ...standing.args],
        },
      ]
    },

    refusal() {
      return new Problem('mfa_factor_not_found', { status: 422 })
    },

    async prove(context, { factor, challenge, credential, nowMilliseconds }) {
      const party = partyOf(context, options)
      if (factor.status === 'unverified') {
        const made = await verifyCreation(party, credential, challenge, factorDemands)
        const row = { userId: factor.userId, factorId: factor.id, name: factor.name, nowMilliseconds }
        return {
          when: {
            sql: `auth_factors.status = 'unverified' and not exists (select 1 from auth_credentials where credential_id = ?)`,
            args: [textValue(made.credentialId)],
          },
          effects: (taken) => [insertCredential(made, { id: uuidv7(nowMilliseconds), ...row }, taken)],
        }
      }
      const given = parsedRequest(credential)
      const known = factor.credentials.find(({ credentialId }) => credentialId === given.id)
      if (known === undefined) throw refused()
      const shown = await verifyRequest(party, given, challenge, known, factorDemands)
      const ahead = isAhead(shown.counter)
      return {
        when: {
          sql: `exists (select 1 from auth_credentials where factor_id = auth_factors.id and credential_id = ? and ${ahead.sql})`,
          args: [textValue(known.credentialId), ...ahead.args],
        },
        effects: (taken) => [
          {
            sql: `update auth_credentials set counter = ?, is_backed_up = ?, last_used_at = ? where credential_id = ? and ${taken.sql}`,
            args: [
              ...[integerValue(shown.counter), integerValue(shown.isBackedUp ? 1 : 0)],
              ...[integerValue(nowMilliseconds), textValue(known.credentialId), ...taken.args],
            ],
          },
        ],
      }
    },
  }
}
