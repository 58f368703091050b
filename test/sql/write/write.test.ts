import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import shop from '../../../src/backend/index.ts'
import seed, { ada, grace, seedId } from '../../../src/backend/seed.ts'
import { service, type UserCaller } from '../../../src/model/caller/caller.ts'
import { type Stage, startStage } from '../stage.ts'
import { exchangeWrite } from './exchange.ts'

/** The statements of one transaction, their parameters and what comes of them. */

let stage: Stage
let customer: UserCaller
let staff: UserCaller

beforeAll(async () => {
  stage = await startStage(shop, seed('small'))
  customer = await stage.signIn(ada)
  staff = await stage.signIn(grace)
})
afterAll(() => stage.stop())

const prefer = (...preferences: readonly string[]) => ({ prefer: preferences.join(', ') })
const shown = prefer('return=representation')

describe('an insert', () => {
  it('of one row has a parameter for each value', async () => {
    const ask = {
      method: 'POST',
      path: 'orders?select=note,status',
      body: { id: 'w-1', note: 'a' },
      headers: shown,
    } as const
    expect(await exchangeWrite(stage, ask, customer)).toMatchInlineSnapshot(`
      {
        "affected": 1,
        "body": "[{"note":"a","status":"draft"}]",
        "location": "w-1",
        "statements": [
          "select case when not (exists (select 1 from "auth_sessions" inner join "auth_users" on "auth_users"."id" = "auth_sessions"."user_id" where (("auth_sessions"."id" = ? and "auth_sessions"."user_id" = ? and "auth_sessions"."revoked_at" is null and "auth_sessions"."expires_at" > ? and "auth_sessions"."aal" >= ? and "auth_users"."role" = ? and "auth_users"."authority" = ? and ("auth_users"."banned_until" is null or "auth_users"."banned_until" <= ?)) and "auth_users"."least_aal" <= ?))) then json_extract('{}', '!selvage:["session",null]') end
        -- (session) | 01941f29-7c00-7001-8000-000000000000 | (now) | 1 | customer | 0 | (now) | 1",
          "select case when exists (select 1 from (select ? as "id", ? as "user_id", ? as "status", ? as "total_cents", ? as "note", ? as "created_at", ? as "updated_at") as "_t0" where case when (exists (select 1 from "orders" as "_u" where "_u"."id" = "_t0"."id")) then ((("_t0"."user_id" = ? and "_t0"."status" = ?))) is not true end) then json_extract('{}', '!selvage:["policy",null]') end
        -- w-1 | 01941f29-7c00-7001-8000-000000000000 | draft | 0 | a | (now) | (now) | 01941f29-7c00-7001-8000-000000000000 | draft",
          "insert into "orders"("id", "note", "user_id", "created_at", "updated_at") select ?, ?, ?, ?, ? where true
        -- w-1 | a | 01941f29-7c00-7001-8000-000000000000 | (now) | (now)",
          "select case when exists (select 1 from "orders" as "_t0" where "_t0"."id" = ? and ((("_t0"."user_id" = ? and "_t0"."status" = ?))) is not true) then json_extract('{}', '!selvage:["policy",null]') end
        -- w-1 | 01941f29-7c00-7001-8000-000000000000 | draft",
          "insert into "selvage_audit"("at", "request_id", "caller_id", "role", "resource", "operation", "key", "before", "after") select ?, ?, ?, ?, 'orders', 'create', json_object('id', "_t0"."id"), null, json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "orders" as "_t0" where "_t0"."id" = ?
        -- (now) | test | 01941f29-7c00-7001-8000-000000000000 | customer | w-1",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'orders.created', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "orders" as "_t0" where "_t0"."id" = ?
        -- (now) | test | w-1",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'order.paid', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'total_cents', "_t0"."total_cents") from "orders" as "_t0" where "_t0"."id" = ? and ("_t0"."status" = ?)
        -- (now) | test | w-1 | paid",
          "select count(*) || '
      ' || ifnull(max("_t0"."updated_at"), '') || '
      ' || '' || '
      ' || json_group_array(json_object('note', "_t0"."note", 'status', "_t0"."status")) from (select "_t0"."note", "_t0"."status", "_t0"."updated_at" from "orders" as "_t0" where "_t0"."id" = ? and ("_t0"."user_id" = ?)) as "_t0"
        -- w-1 | 01941f29-7c00-7001-8000-000000000000",
        ],
      }
    `)
  })
  it('of many rows has one parameter for all of them', async () => {
    const body = [
      { id: 'w-2', name: 'w-2' },
      { id: 'w-3', name: 'w-3' },
    ]
    expect(
      await exchangeWrite(stage, { method: 'POST', path: 'tags', body }, service),
    ).toMatchInlineSnapshot(`
      {
        "affected": 2,
        "body": null,
        "location": null,
        "statements": [
          "insert into "tags"("id", "name", "created_at", "updated_at") select "_b".value ->> '$[0]', "_b".value ->> '$[1]', "_b".value ->> '$[2]', "_b".value ->> '$[3]' from json_each(?) as "_b" where true order by "_b".key
        -- [["w-2","w-2",(now),(now)],["w-3","w-3",(now),(now)]]",
        ],
      }
    `)
  })
  it('of what refers to another row asks whether it is there for the caller', async () => {
    const body = { id: 'w-4', category_id: seedId('category', 1), name: 'w-4', price_cents: 1, cost_cents: 1 }
    expect(
      await exchangeWrite(stage, { method: 'POST', path: 'products', body }, staff),
    ).toMatchInlineSnapshot(`
      {
        "affected": 1,
        "body": null,
        "location": "w-4",
        "statements": [
          "select case when not (exists (select 1 from "auth_sessions" inner join "auth_users" on "auth_users"."id" = "auth_sessions"."user_id" where (("auth_sessions"."id" = ? and "auth_sessions"."user_id" = ? and "auth_sessions"."revoked_at" is null and "auth_sessions"."expires_at" > ? and "auth_sessions"."aal" >= ? and "auth_users"."role" = ? and "auth_users"."authority" = ? and ("auth_users"."banned_until" is null or "auth_users"."banned_until" <= ?)) and "auth_users"."least_aal" <= ?))) then json_extract('{}', '!selvage:["session",null]') end
        -- (session) | 01941f29-7c00-7001-8000-000000000001 | (now) | 1 | staff | 0 | (now) | 1",
          "pragma defer_foreign_keys = on",
          "insert into "products"("id", "category_id", "name", "price_cents", "cost_cents", "created_at", "updated_at") select ?, ?, ?, ?, ?, ?, ? where true
        -- w-4 | 01941f29-7c00-7002-8000-000000000001 | w-4 | 1 | 1 | (now) | (now)",
          "select case when exists (select 1 from "products" as "_t0" where "_t0"."id" = ? and "_t0"."category_id" is not null and not exists (select 1 from "categories" as "_t1" where "_t1"."id" = "_t0"."category_id")) then json_extract('{}', '!selvage:["parent","products_category_id_categories_id_fk"]') end
        -- w-4",
          "insert into "selvage_audit"("at", "request_id", "caller_id", "role", "resource", "operation", "key", "before", "after") select ?, ?, ?, ?, 'products', 'create', json_object('id', "_t0"."id"), null, json_object('id', "_t0"."id", 'category_id', "_t0"."category_id", 'name', "_t0"."name", 'description', "_t0"."description", 'price_cents', "_t0"."price_cents", 'cost_cents', "_t0"."cost_cents", 'stock', "_t0"."stock", 'attributes', iif(json_valid("_t0"."attributes"), json("_t0"."attributes"), "_t0"."attributes"), 'published', json(case "_t0"."published" when 1 then 'true' when 0 then 'false' end), 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "products" as "_t0" where "_t0"."id" = ?
        -- (now) | test | 01941f29-7c00-7001-8000-000000000001 | staff | w-4",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'products', 'products.created', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'category_id', "_t0"."category_id", 'name', "_t0"."name", 'description', "_t0"."description", 'price_cents', "_t0"."price_cents", 'stock', "_t0"."stock", 'attributes', iif(json_valid("_t0"."attributes"), json("_t0"."attributes"), "_t0"."attributes"), 'published', json(case "_t0"."published" when 1 then 'true' when 0 then 'false' end), 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "products" as "_t0" where "_t0"."id" = ?
        -- (now) | test | w-4",
        ],
      }
    `)
  })
})

describe('an update', () => {
  it('remembers the rows that it means, changes them, and judges what became of them', async () => {
    const path = 'orders?id=eq.w-1&select=note'
    const ask = { method: 'PATCH', path, body: { note: 'b' }, headers: shown } as const
    expect(await exchangeWrite(stage, ask, customer)).toMatchInlineSnapshot(`
      {
        "affected": 1,
        "body": "[{"note":"b"}]",
        "location": null,
        "statements": [
          "select case when not (exists (select 1 from "auth_sessions" inner join "auth_users" on "auth_users"."id" = "auth_sessions"."user_id" where (("auth_sessions"."id" = ? and "auth_sessions"."user_id" = ? and "auth_sessions"."revoked_at" is null and "auth_sessions"."expires_at" > ? and "auth_sessions"."aal" >= ? and "auth_users"."role" = ? and "auth_users"."authority" = ? and ("auth_users"."banned_until" is null or "auth_users"."banned_until" <= ?)) and "auth_users"."least_aal" <= ?))) then json_extract('{}', '!selvage:["session",null]') end
        -- (session) | 01941f29-7c00-7001-8000-000000000000 | (now) | 1 | customer | 0 | (now) | 1",
          "insert into "selvage_touched"("row", "existed", "place") select "_t0".rowid, true, 0 from "orders" as "_t0" where (("_t0"."user_id" = ? and ("_t0"."user_id" = ? and "_t0"."status" = ?))) and "_t0"."id" = ? limit 10001
        -- 01941f29-7c00-7001-8000-000000000000 | 01941f29-7c00-7001-8000-000000000000 | draft | w-1",
          "select case when (select count(*) from "selvage_touched") > 10000 then json_extract('{}', '!selvage:["rows",null]') end",
          "update "selvage_touched" set "before" = (select json_object('0', "_t0"."id", '1', "_t0"."user_id", '2', "_t0"."status", '3', "_t0"."total_cents", '4', "_t0"."note", '5', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), '6', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "orders" as "_t0" where "_t0".rowid = "selvage_touched"."row") where "existed"",
          "update "orders" set "note" = ?, "updated_at" = max(?, "updated_at" + 1) where rowid in (select "row" from "selvage_touched")
        -- b | (now)",
          "select case when exists (select 1 from "orders" as "_t0" where "_t0".rowid in (select "row" from "selvage_touched") and (("_t0"."status" = ?)) is not true) then json_extract('{}', '!selvage:["policy",null]') end
        -- draft",
          "update "selvage_touched" set "after" = (select json_object('0', "_t0"."id", '1', "_t0"."user_id", '2', "_t0"."status", '3', "_t0"."total_cents", '4', "_t0"."note", '5', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), '6', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "orders" as "_t0" where "_t0".rowid = "selvage_touched"."row") where "existed"",
          "insert into "selvage_audit"("at", "request_id", "caller_id", "role", "resource", "operation", "key", "before", "after") select ?, ?, ?, ?, 'orders', 'update', json_object('id', "_t0"."id"), (select json_group_object('["id","user_id","status","total_cents","note","created_at","updated_at"]' ->> cast("_e".key as integer), "_w"."before" -> "_e".fullkey) from json_each("_w"."after") as "_e" where ("_w"."before" -> "_e".fullkey) is not ("_w"."after" -> "_e".fullkey)), (select json_group_object('["id","user_id","status","total_cents","note","created_at","updated_at"]' ->> cast("_e".key as integer), "_w"."after" -> "_e".fullkey) from json_each("_w"."after") as "_e" where ("_w"."before" -> "_e".fullkey) is not ("_w"."after" -> "_e".fullkey)) from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" order by "_w"."place"
        -- (now) | test | 01941f29-7c00-7001-8000-000000000000 | customer",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'orders.updated', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" order by "_w"."place"
        -- (now) | test",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'order.paid', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'total_cents', "_t0"."total_cents") from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" and ((("_w"."before" -> ?) is not ("_w"."after" -> ?) and "_t0"."status" = ?)) order by "_w"."place"
        -- (now) | test | $."2" | $."2" | paid",
          "select count(*) || '
      ' || ifnull(max("_t0"."updated_at"), '') || '
      ' || '' || '
      ' || json_group_array(json_object('note', "_t0"."note")) from (select "_t0"."note", "_t0"."updated_at" from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and true and ("_t0"."user_id" = ?) order by "_w"."place") as "_t0"
        -- 01941f29-7c00-7001-8000-000000000000",
          "delete from "selvage_touched"",
        ],
      }
    `)
  })
  it('of a version, and of at most so many rows', async () => {
    const headers = { 'if-match': '*', ...prefer('handling=strict', 'max-affected=1') }
    const ask = { method: 'PATCH', path: 'tags/w-2', body: { published: true }, headers } as const
    expect(await exchangeWrite(stage, ask, service)).toMatchInlineSnapshot(`
      {
        "affected": 1,
        "body": null,
        "location": null,
        "statements": [
          "insert into "selvage_touched"("row", "existed", "place") select "_t0".rowid, true, 0 from "tags" as "_t0" where "_t0"."id" = ? limit 10001
        -- w-2",
          "select case when (select count(*) from "selvage_touched") > ? then json_extract('{}', '!selvage:["cap",null]') when not exists (select 1 from "tags" as "_t0" where "_t0".rowid in (select "row" from "selvage_touched" where "existed")) then json_extract('{}', '!selvage:["match",null]') when (select count(*) from "selvage_touched") = 0 then json_extract('{}', '!selvage:["absent",null]') end
        -- 1",
          "update "tags" set "published" = ?, "updated_at" = max(?, "updated_at" + 1) where rowid in (select "row" from "selvage_touched")
        -- 1 | (now)",
          "delete from "selvage_touched"",
        ],
      }
    `)
  })
})

describe('a deletion', () => {
  it('answers before it deletes', async () => {
    const ask = { method: 'DELETE', path: 'orders?note=eq.b&select=id', headers: shown } as const
    expect(await exchangeWrite(stage, ask, customer)).toMatchInlineSnapshot(`
      {
        "affected": 1,
        "body": "[{"id":"w-1"}]",
        "location": null,
        "statements": [
          "select case when not (exists (select 1 from "auth_sessions" inner join "auth_users" on "auth_users"."id" = "auth_sessions"."user_id" where (("auth_sessions"."id" = ? and "auth_sessions"."user_id" = ? and "auth_sessions"."revoked_at" is null and "auth_sessions"."expires_at" > ? and "auth_sessions"."aal" >= ? and "auth_users"."role" = ? and "auth_users"."authority" = ? and ("auth_users"."banned_until" is null or "auth_users"."banned_until" <= ?)) and "auth_users"."least_aal" <= ?))) then json_extract('{}', '!selvage:["session",null]') end
        -- (session) | 01941f29-7c00-7001-8000-000000000000 | (now) | 1 | customer | 0 | (now) | 1",
          "insert into "selvage_touched"("row", "existed", "place") select "_t0".rowid, true, 0 from "orders" as "_t0" where (("_t0"."user_id" = ? and ("_t0"."user_id" = ? and "_t0"."status" = ?))) and "_t0"."note" = ? limit 10001
        -- 01941f29-7c00-7001-8000-000000000000 | 01941f29-7c00-7001-8000-000000000000 | draft | b",
          "select case when (select count(*) from "selvage_touched") > 10000 then json_extract('{}', '!selvage:["rows",null]') end",
          "insert into "selvage_audit"("at", "request_id", "caller_id", "role", "resource", "operation", "key", "before", "after") select ?, ?, ?, ?, 'orders', 'delete', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')), null from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" order by "_w"."place"
        -- (now) | test | 01941f29-7c00-7001-8000-000000000000 | customer",
          "insert into "selvage_outbox"("at", "request_id", "resource", "event", "key", "payload") select ?, ?, 'orders', 'orders.deleted', json_object('id', "_t0"."id"), json_object('id', "_t0"."id", 'user_id', "_t0"."user_id", 'status', "_t0"."status", 'total_cents', "_t0"."total_cents", 'note', "_t0"."note", 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."created_at" / 1000.0, 'unixepoch'), 'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', "_t0"."updated_at" / 1000.0, 'unixepoch')) from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and "_w"."existed" order by "_w"."place"
        -- (now) | test",
          "select count(*) || '
      ' || ifnull(max("_t0"."updated_at"), '') || '
      ' || '' || '
      ' || json_group_array(json_object('id', "_t0"."id")) from (select "_t0"."id", "_t0"."updated_at" from "selvage_touched" as "_w" cross join "orders" as "_t0" where "_t0".rowid = "_w"."row" and true and ("_t0"."user_id" = ?) order by "_w"."place") as "_t0"
        -- 01941f29-7c00-7001-8000-000000000000",
          "delete from "orders" where rowid in (select "row" from "selvage_touched")",
          "delete from "selvage_touched"",
        ],
      }
    `)
  })
})
