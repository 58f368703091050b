import { object, string } from 'valibot'
import { Problem } from '../../base/problem.ts'
import { type Result, textValue } from '../../base/statement.ts'
import { askerOf } from '../asker/asker.ts'
import type { AuthContext } from '../context.ts'
import { readBody } from '../credentials.ts'
import { securityEvent } from '../event/event.ts'
import { tellOfFactor } from '../factor/tell.ts'
import { isOwnPasskey, passkeyRemoval } from './removal.ts'
import { ownerIn, passkeysIn, readPasskeys } from './stored.ts'

/** `GET /passkeys`: one's own. One trip. */
export async function listPasskeys(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  timing.mark('parse')
  const [told, found] = await context
    .get('database')
    .snapshot([asker.read, readPasskeys(asker.caller.id)], timing)
  timing.mark('db')
  asker.require('admitted', told)
  return context.json(passkeysIn(found), 200, { 'cache-control': 'no-store' })
}

const renameBody = object({ friendly_name: string() })
/** As GoTrue's. */
const longestName = 120

/** `PATCH /passkeys/{id}`: another name. One trip. @throws Problem validation_failed, with 404 where there is none */
export async function renamePasskey(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const { caller, nowMilliseconds, admitted } = asker
  const name = (await readBody(context.req.raw, renameBody)).friendly_name.trim()
  if (name === '' || name.length > longestName || !name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw new Problem('validation_failed', {
      message: `friendly_name must be 1 to ${longestName} characters, and none that cannot be seen.`,
    })
  }
  const id = context.req.param('id') ?? ''
  timing.mark('parse')
  const results = await context.get('database').transact(
    [
      asker.read,
      {
        sql: `update auth_credentials set name = ? where id = ? and user_id = ? and factor_id is null and ${admitted.sql}`,
        args: [textValue(name), textValue(id), textValue(caller.id), ...admitted.args],
      },
      ...securityEvent(context, {
        event: 'passkey_renamed',
        whose: isOwnPasskey(caller.id, id, admitted),
        nowMilliseconds,
        details: { passkey_id: id },
      }),
      readPasskeys(caller.id, id),
    ],
    timing,
  )
  timing.mark('db')
  asker.require('admitted', results[0])
  const [item] = passkeysIn(results.at(-1))
  if (item === undefined) throw passkeyNotFound()
  return context.json(item, 200, { 'cache-control': 'no-store' })
}

/**
 * `DELETE /passkeys/{id}`: nobody signs in with it any more. One trip. Sessions that it began go on: who lost it signs them out.
 * @throws Problem insufficient_aal; validation_failed with 404 where there is none
 */
export async function removePasskey(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const { caller, nowMilliseconds, admitted } = asker
  const id = context.req.param('id') ?? ''
  timing.mark('parse')
  const removal = passkeyRemoval(context, { userId: caller.id, id, when: admitted, nowMilliseconds })
  const results = await context.get('database').transact([asker.read, ...removal], timing)
  timing.mark('db')
  asker.require('admitted', results[0])
  return goneOf(context, results.slice(1))
}

/** `GET /admin/users/{id}/passkeys`. One trip. @throws Problem user_not_found */
export async function listPasskeysOf(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const userId = context.req.param('id') ?? ''
  const [user, found] = await context
    .get('database')
    .snapshot(
      [{ sql: 'select 1 from auth_users where id = ?', args: [textValue(userId)] }, readPasskeys(userId)],
      timing,
    )
  timing.mark('db')
  if (user?.rows.length !== 1) throw new Problem('user_not_found')
  return context.json(passkeysIn(found), 200, { 'cache-control': 'no-store' })
}

/** `DELETE /admin/users/{id}/passkeys/{passkey}`. One trip. @throws Problem validation_failed with 404 where there is none */
export async function removePasskeyOf(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const removal = passkeyRemoval(context, {
    userId: context.req.param('id') ?? '',
    id: context.req.param('passkey') ?? '',
    when: { sql: 'true', args: [] },
    nowMilliseconds: context.get('server').clock.nowMilliseconds(),
  })
  const results = await context.get('database').transact(removal, timing)
  timing.mark('db')
  return goneOf(context, results)
}

/** Answers what `passkeyRemoval` did. */
function goneOf(context: AuthContext, results: readonly Result[]): Response {
  const [item] = passkeysIn(results[0])
  if (item === undefined || results.at(-1)?.affectedRows !== 1) throw passkeyNotFound()
  const factor = { name: item.friendly_name ?? null, type: 'passkey' }
  tellOfFactor(context, 'factor_removed', ownerIn(results[0]), factor)
  return context.body(null, 204)
}

/** As GoTrue says it. */
function passkeyNotFound(): Problem {
  return new Problem('validation_failed', { status: 404, message: 'Passkey not found' })
}
