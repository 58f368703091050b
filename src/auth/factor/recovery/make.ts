import { Problem } from '../../../base/problem.ts'
import { integerValue, textValue } from '../../../base/statement.ts'
import type { AuthContext } from '../../context.ts'
import { securityEvent } from '../../event/event.ts'
import { namedAsker } from '../../session/asker.ts'
import { newRecoveryCode, recoveryCodeHash } from './code.ts'

const howMany = 10

/**
 * `POST /factors/recovery-codes` → `{"recovery_codes": ["7K3QD-9XW0P", …]}`: ten for who loses all factors, in place of those
 * that were made before. Shown this once: only hashes are kept. One trip, by a session that has shown a factor (aal2). Not of
 * GoTrue.
 * @throws Problem insufficient_aal; mfa_factor_not_found of who has no verified factor
 */
export async function makeRecoveryCodes(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = namedAsker(context)
  const { caller, nowMilliseconds, admitted } = asker
  const { serverSecret } = context.get('server').settings
  const codes = Array.from({ length: howMany }, newRecoveryCode)
  const hashes = codes.map((code) => recoveryCodeHash(code, caller.id, serverSecret))
  timing.mark('parse')
  const user = textValue(caller.id)
  const isOwed = {
    sql: `auth_users.id = ? and auth_users.least_aal = 2 and ${admitted.sql}`,
    args: [user, ...admitted.args],
  }
  const results = await context.get('database').transact(
    [
      asker.read,
      {
        sql: `delete from auth_recovery_codes where user_id in (select auth_users.id from auth_users where ${isOwed.sql})`,
        args: isOwed.args,
      },
      ...securityEvent(context, { event: 'recovery_codes_made', whose: isOwed, nowMilliseconds }),
      {
        sql: `insert into auth_recovery_codes (hash, user_id, created_at)
select value, auth_users.id, ? from json_each(?), auth_users where ${isOwed.sql}`,
        args: [integerValue(nowMilliseconds), textValue(JSON.stringify(hashes)), ...isOwed.args],
      },
    ],
    timing,
  )
  timing.mark('db')
  asker.require('admitted', results[0])
  if (results.at(-1)?.affectedRows !== howMany) throw new Problem('mfa_factor_not_found')
  return context.json({ recovery_codes: codes }, 200, { 'cache-control': 'no-store' })
}
