import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import shop from '../../../src/backend/index.ts'
import seed, { ada } from '../../../src/backend/seed.ts'
import { service, type UserCaller } from '../../../src/model/caller/caller.ts'
import { type Stage, startStage } from '../stage.ts'
import { exchangeWrite } from './exchange.ts'

/** What meets rows that are there already. */

let stage: Stage
let customer: UserCaller

beforeAll(async () => {
  stage = await startStage(shop, seed('small'))
  customer = await stage.signIn(ada)
  await exchangeWrite(stage, { method: 'POST', path: 'tags', body: { id: 'w-2', name: 'w-2' } }, service)
})
afterAll(() => stage.stop())

const prefer = (...preferences: readonly string[]) => ({ prefer: preferences.join(', ') })

describe('an upsert', () => {
  it('judges rows that were there by what they were and will be, and new ones as new', async () => {
    const body = [
      { id: 'w-2', name: 'w-2b' },
      { id: 'w-5', name: 'w-5' },
    ]
    const headers = prefer('return=representation', 'resolution=merge-duplicates')
    const ask = { method: 'POST', path: 'tags?select=id,name', body, headers } as const
    expect(await exchangeWrite(stage, ask, service)).toMatchInlineSnapshot(`
      {
        "affected": 2,
        "body": "[{"id":"w-2","name":"w-2b"},{"id":"w-5","name":"w-5"}]",
        "location": null,
        "statements": [
          "insert into "selvage_touched"("row", "existed", "place") select "_t0".rowid, true, min("_b".key) from json_each(?) as "_b" cross join "tags" as "_t0" where "_t0"."id" = "_b".value ->> '$[0]' group by 1
        -- [["w-2","w-2b",(now),(now)],["w-5","w-5",(now),(now)]]",
          "insert into "tags"("id", "name", "created_at", "updated_at") select "_b".value ->> '$[0]', "_b".value ->> '$[1]', "_b".value ->> '$[2]', "_b".value ->> '$[3]' from json_each(?) as "_b" where true order by "_b".key on conflict("id") do update set "name" = excluded."name", "updated_at" = max(excluded."updated_at", "updated_at" + 1)
        -- [["w-2","w-2b",(now),(now)],["w-5","w-5",(now),(now)]]",
          "insert or ignore into "selvage_touched"("row", "existed", "place") select "_t0".rowid, false, min("_b".key) from json_each(?) as "_b" cross join "tags" as "_t0" where "_t0"."id" = "_b".value ->> '$[0]' group by 1
        -- [["w-2","w-2b",(now),(now)],["w-5","w-5",(now),(now)]]",
          "select count(*) || '
      ' || ifnull(max("_t0"."updated_at"), '') || '
      ' || '' || '
      ' || json_group_array(json_object('id', "_t0"."id", 'name', "_t0"."name")) from (select "_t0"."id", "_t0"."name", "_t0"."updated_at" from "selvage_touched" as "_w" cross join "tags" as "_t0" where "_t0".rowid = "_w"."row" and true order by "_w"."place") as "_t0"",
          "delete from "selvage_touched"",
        ],
      }
    `)
  })
  it('under a policy', async () => {
    const headers = prefer('resolution=merge-duplicates')
    const ask = { method: 'POST', path: 'orders', body: { id: 'w-6', note: 'c' }, headers } as const
    expect(await exchangeWrite(stage, ask, customer)).toMatchInlineSnapshot(`
      {
        "affected": 1,
        "body": null,
        "location": "w-6",
        "statements": [
          "select case when not (exists (select 1 from "auth_sessions" inner join "auth_users" on "auth_users"."id" = "auth_sessions"."user_id" where (("auth_sessions"."id" = ? and "auth_sessions"."user_id" = ? and "auth_sessions"."revoked_at" is null and "auth_sessions"."expires_at" > ? and "auth_sessions"."aal" >= ? and "auth_users"."role" = ? and "auth_users"."authority" = ? and ("auth_users"."banned_until" is null or "auth_users"."banned_until" <= ?)) and "auth_users"."least_aal" <= ?))) then json_extract('{}', '!selvage:["session",null]') end
        -- (session) | 01941f29-7c00-7001-8000-000000000000 | (now) | 1 | customer | 0 | (now) | 1",
          "insert into "selvage_touched"("row", "existed", "place") select "_t0".rowid, true, min(0) from "orders" as "_t0" where "_t0"."id" = ? group by 1
        -- w-6",
          "select case when exists (select 1 from "orders" as "_t0" where "_t0".rowid in (select "row" from "selvage_touched" where "existed") and ((("_t0"."user_id" = ? and ("_t0"."user_id" = ? and "_t0"."status" = ?)))) is not true) then json_extract('{}', '!selvage:["policy",null]') end
        -- 01941f29-7c00-7001-8000-000000000000 | 01941f29-7c00-7001-8000-000000000000 | draft",
          "update "selvage_touched" set "before" = (select json_object('0', "_t0"."id", '1', "_t0"."user_id", '2', "_t0"."status", '3', "_t0"."total_cents", '4', "_t0"."note", '5', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), '6', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "orders" as "_t0" where "_t0".rowid = "selvage_touched"."row") where "existed"",
          "insert into "orders"("id", "note", "user_id", "created_at", "updated_at") select ?, ?, ?, ?, ? where true on conflict("id") do update set "note" = excluded."note", "updated_at" = max(excluded."updated_at", "updated_at" + 1)
        -- w-6 | c | 01941f29-7c00-7001-8000-000000000000 | (now) | (now)",
          "insert or ignore into "selvage_touched"("row", "existed", "place") select "_t0".rowid, false, min(0) from "orders" as "_t0" where "_t0"."id" = ? group by 1
        -- w-6",
          "select case when exists (select 1 from "orders" as "_t0" where "_t0".rowid in (select "row" from "selvage_touched" where not "existed") and ((("_t0"."user_id" = ? and "_t0"."status" = ?))) is not true) then json_extract('{}', '!selvage:["policy",null]') when exists (select 1 from "orders" as "_t0" where "_t0".rowid in (select "row" from "selvage_touched" where "existed") and (("_t0"."status" = ?)) is not true) then json_extract('{}', '!selvage:["policy",null]') end
        -- 01941f29-7c00-7001-8000-000000000000 | draft | draft",
          "insert into "selvage_audit"("at", "request_id", "caller_id", "role", "resource", "operation", "key", "before", "after") select ?, ?, ?, ?, 'orders', 'create', json_object('id', "_t0"."id"), null, json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and not "_w"."existed" order by "_w"."place"
        -- (now) | test | 01941f29-7c00-7001-8000-000000000000 | customer",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'orders.created', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and not "_w"."existed" order by "_w"."place"
        -- (now) | test",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'order.paid', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'total_cents', "_t0"."total_cents") from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and not "_w"."existed" and ("_t0"."status" = ?) order by "_w"."place"
        -- (now) | test | paid",
          "update "selvage_touched" set "after" = (select json_object('0', "_t0"."id", '1', "_t0"."user_id", '2', "_t0"."status", '3', "_t0"."total_cents", '4', "_t0"."note", '5', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), '6', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "orders" as "_t0" where "_t0".rowid = "selvage_touched"."row") where "existed"",
          "insert into "selvage_audit"("at", "request_id", "caller_id", "role", "resource", "operation", "key", "before", "after") select ?, ?, ?, ?, 'orders', 'update', json_object('id', "_t0"."id"), (select json_group_object('["id","user_id","status","total_cents","note","created_at","updated_at"]' ->> cast("_e".key as integer), "_w"."before" -> "_e".fullkey) from json_each("_w"."after") as "_e" where ("_w"."before" -> "_e".fullkey) is not ("_w"."after" -> "_e".fullkey)), (select json_group_object('["id","user_id","status","total_cents","note","created_at","updated_at"]' ->> cast("_e".key as integer), "_w"."after" -> "_e".fullkey) from json_each("_w"."after") as "_e" where ("_w"."before" -> "_e".fullkey) is not ("_w"."after" -> "_e".fullkey)) from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" order by "_w"."place"
        -- (now) | test | 01941f29-7c00-7001-8000-000000000000 | customer",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'orders.updated', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" order by "_w"."place"
        -- (now) | test",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'order.paid', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'total_cents', "_t0"."total_cents") from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" and ((("_w"."before" -> ?) is not ("_w"."after" -> ?) and "_t0"."status" = ?)) order by "_w"."place"
        -- (now) | test | $."2" | $."2" | paid",
          "select json_array("_t0"."id") from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and not "_w"."existed" and ("_t0"."user_id" = ?)
        -- 01941f29-7c00-7001-8000-000000000000",
          "delete from "selvage_touched"",
        ],
      }
    `)
  })
  it('that ignores what is there', async () => {
    const headers = prefer('return=representation', 'resolution=ignore-duplicates')
    const ask = {
      method: 'POST',
      path: 'tags?select=name&on_conflict=name',
      body: { id: 'w-7', name: 'new' },
      headers,
    } as const
    expect(await exchangeWrite(stage, ask, service)).toMatchInlineSnapshot(`
      {
        "affected": 0,
        "body": "[]",
        "location": null,
        "statements": [
          "insert into "selvage_touched"("row", "existed", "place") select "_t0".rowid, true, min(0) from "tags" as "_t0" where "_t0"."id" = ? group by 1
        -- w-7",
          "insert into "tags"("id", "name", "created_at", "updated_at") select ?, ?, ?, ? where true on conflict("name") do nothing
        -- w-7 | new | (now) | (now)",
          "insert or ignore into "selvage_touched"("row", "existed", "place") select "_t0".rowid, false, min(0) from "tags" as "_t0" where "_t0"."id" = ? group by 1
        -- w-7",
          "select count(*) || '
      ' || ifnull(max("_t0"."updated_at"), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name")) from (select "_t0"."name", "_t0"."updated_at" from "selvage_touched" as "_w" cross join "tags" as "_t0" where "_t0".rowid = "_w"."row" and not "_w"."existed" order by "_w"."place") as "_t0"",
          "select json_array("_t0"."id") from "selvage_touched" as "_w" cross join "tags" as "_t0" where "_t0".rowid = "_w"."row" and not "_w"."existed"",
          "delete from "selvage_touched"",
        ],
      }
    `)
  })
})
