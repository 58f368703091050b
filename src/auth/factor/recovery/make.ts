import { nullish, object, string } from 'valibot'
import { Problem } from '../../../base/problem.ts'
import { integerValue, type Statement, textOf, textValue } from '../../../base/statement.ts'
import { type Asker, namedAsker } from '../../asker/asker.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { securityEvent } from '../../event/event.ts'
import { factorNameOf } from '../name.ts'
import { newRecoveryCode, recoveryCodeHash, recoveryFactorId } from './code.ts'

const howMany = 10
const body = object({ friendly_name: nullish(string()) })

/**
 * `POST /factors/recovery-codes`: ten codes for who loses all factors, shown this once; only hashes are kept. One trip, by a
 * session that has shown a factor (aal2). GoTrue has none in its source yet: the contract is `auth.mfa.recoveryCodes`.
 * @throws Problem insufficient_aal, mfa_recovery_codes_sole_factor, mfa_verified_factor_exists, mfa_factor_name_conflict
 */
export async function generateCodes(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = namedAsker(context)
  const { caller, nowMilliseconds, admitted } = asker
  const given = context.req.raw.body === null ? {} : await readBody(context.req.raw, body)
  const name = factorNameOf(given.friendly_name) ?? 'Recovery codes'
  const [id, user, now] = [recoveryFactorId(caller.id), caller.id, integerValue(nowMilliseconds)]
  const hasFactor = `exists (select 1 from auth_factors where user_id = ? and status = 'verified' and type <> 'recovery_code')`
  const isTaken = `exists (select 1 from auth_factors where user_id = ? and name = ?)`
  const isOwed: Condition = {
    sql: `auth_users.id = ? and ${admitted.sql} and ${hasFactor} and not ${isTaken}
and not exists (select 1 from auth_factors where id = ?)`,
    args: [textValue(user), ...admitted.args, ...[user, user, name, id].map(textValue)],
  }
  const codes = newCodes(context, asker, {
    sql: `auth_users.id = ? and exists (select 1 from auth_factors where id = ?)
and not exists (select 1 from auth_recovery_codes where user_id = ?)`,
    args: [user, id, user].map(textValue),
  })
  timing.mark('parse')
  const results = await context.get('database').transact(
    [
      asker.read,
      {
        sql: `select ${hasFactor}, exists (select 1 from auth_factors where id = ?)`,
        args: [textValue(user), textValue(id)],
      },
      ...securityEvent(context, { event: 'recovery_codes_made', whose: isOwed, nowMilliseconds }),
      {
        sql: `insert into auth_factors (id, user_id, type, status, name, created_at, updated_at)
select ?, auth_users.id, 'recovery_code', 'verified', ?, ?, ? from auth_users where ${isOwed.sql}`,
        args: [textValue(id), textValue(name), now, now, ...isOwed.args],
      },
      codes.insert,
    ],
    timing,
  )
  timing.mark('db')
  asker.require('admitted', results[0])
  const [isFactored, isMade] = results[1]?.rows[0]?.map(textOf) ?? []
  if (isFactored !== '1') throw new Problem('mfa_recovery_codes_sole_factor')
  if (isMade === '1') throw new Problem('mfa_verified_factor_exists')
  if (results.at(-1)?.affectedRows !== howMany) throw new Problem('mfa_factor_name_conflict')
  return shown(context, id, name, codes.texts)
}

/**
 * `POST /factors/recovery-codes/regenerate`: others in their place; a wait after wrong ones is over. One trip, at aal2.
 * @throws Problem insufficient_aal; mfa_factor_not_found of who has none
 */
export async function regenerateCodes(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = namedAsker(context)
  const { caller, nowMilliseconds, admitted } = asker
  const id = textValue(recoveryFactorId(caller.id))
  const isOwed: Condition = {
    sql: `auth_users.id = ? and ${admitted.sql} and exists (select 1 from auth_factors where id = ?)`,
    args: [textValue(caller.id), ...admitted.args, id],
  }
  const codes = newCodes(context, asker, isOwed)
  timing.mark('parse')
  const results = await context.get('database').transact(
    [
      asker.read,
      { sql: 'select name from auth_factors where id = ?', args: [id] },
      ...securityEvent(context, { event: 'recovery_codes_made', whose: isOwed, nowMilliseconds }),
      {
        sql: `delete from auth_recovery_codes where user_id in (select auth_users.id from auth_users where ${isOwed.sql})`,
        args: isOwed.args,
      },
      {
        sql: `update auth_factors set failures = 0, failed_at = null, updated_at = ? where id = ? and ${admitted.sql}`,
        args: [integerValue(nowMilliseconds), id, ...admitted.args],
      },
      codes.insert,
    ],
    timing,
  )
  timing.mark('db')
  asker.require('admitted', results[0])
  if (results.at(-1)?.affectedRows !== howMany) throw new Problem('mfa_factor_not_found')
  return shown(
    context,
    recoveryFactorId(caller.id),
    textOf(results[1]?.rows[0]?.[0]) ?? undefined,
    codes.texts,
  )
}

function newCodes(
  context: AuthContext,
  { caller, nowMilliseconds }: Asker,
  whose: Condition,
): { readonly texts: readonly string[]; readonly insert: Statement } {
  const { serverSecret } = context.get('server').settings
  const texts = Array.from({ length: howMany }, newRecoveryCode)
  const hashes = texts.map((code) => recoveryCodeHash(code, caller.id, serverSecret))
  return {
    texts,
    insert: {
      sql: `insert into auth_recovery_codes (hash, user_id, created_at)
select value, auth_users.id, ? from json_each(?), auth_users where ${whose.sql}`,
      args: [integerValue(nowMilliseconds), textValue(JSON.stringify(hashes)), ...whose.args],
    },
  }
}

function shown(
  context: AuthContext,
  id: string,
  name: string | undefined,
  codes: readonly string[],
): Response {
  const answer = { id, type: 'recovery_code', friendly_name: name, total: codes.length, codes }
  return context.json(answer, 200, { 'cache-control': 'no-store' })
}
