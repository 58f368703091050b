import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import shop from '../../src/backend/index.ts'
import seed, { ada, seedId } from '../../src/backend/seed.ts'
import { anonymous, service, type UserCaller } from '../../src/model/caller/caller.ts'
import { ask } from './ask.ts'
import { exchange } from './exchange.ts'
import { type Stage, startStage } from './stage.ts'

/** Statements as text, parameters and rows together: the text is the contract with the planner. */

let stage: Stage
let user: UserCaller

beforeAll(async () => {
  stage = await startStage(shop, seed('small'))
  user = await stage.signIn(ada)
})
afterAll(() => stage.stop())

describe('a list', () => {
  it('is one row with the JSON of all rows', async () => {
    expect(await exchange(stage, 'tags?select=name&limit=2', anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 2 | 0",
        "body": "[{"name":"new"},{"name":"sale"}]",
        "mark": "["01941f29-7c00-7007-8000-000000000001"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name")) from (select "_t0"."name", "_t0"."id" from "tags" as "_t0" where ("_t0"."published" = ?) order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('has no gate for a service key', async () => {
    expect(await exchange(stage, 'tags?select=name&published=is.false', service)).toMatchInlineSnapshot(`
      {
        "args": "1000 | 0",
        "body": "[{"name":"tag 11"}]",
        "mark": "["01941f29-7c00-7007-8000-00000000000b"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name")) from (select "_t0"."name", "_t0"."id" from "tags" as "_t0" where "_t0"."published" is false order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('checks the session of a user in the same statement', async () => {
    expect(await exchange(stage, 'orders?select=status&limit=1', user)).toMatchInlineSnapshot(`
      {
        "args": "(session) | 01941f29-7c00-7001-8000-000000000000 | (now) | 1 | customer | 0 | (now) | 1 | 01941f29-7c00-7001-8000-000000000000 | 1 | 0",
        "body": "[{"status":"paid"}]",
        "mark": "["01941f29-7c00-7004-8000-000000000000"]",
        "sql": "select case when (exists (select 1 from "auth_sessions" inner join "auth_users" on "auth_users"."id" = "auth_sessions"."user_id" where (("auth_sessions"."id" = ? and "auth_sessions"."user_id" = ? and "auth_sessions"."revoked_at" is null and "auth_sessions"."expires_at" > ? and "auth_sessions"."aal" >= ? and "auth_users"."role" = ? and "auth_users"."authority" = ? and ("auth_users"."banned_until" is null or "auth_users"."banned_until" <= ?)) and "auth_users"."least_aal" <= ?))) then (select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('status', "_t0"."status")) from (select "_t0"."status", "_t0"."id" from "orders" as "_t0" where ("_t0"."user_id" = ?) order by "_t0"."id" limit ? offset ?) as "_t0") end",
        "total": null,
      }
    `)
  })
  it('is counted beside its page', async () => {
    const headers = { prefer: 'count=exact' }
    expect(
      await exchange(stage, 'tags?select=id&name=in.(new,sale)&limit=1', anonymous, headers),
    ).toMatchInlineSnapshot(`
      {
        "args": "1 | ["new","sale"] | 1 | ["new","sale"] | 1 | 0",
        "body": "[{"id":"01941f29-7c00-7007-8000-000000000000"}]",
        "mark": "["01941f29-7c00-7007-8000-000000000000"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || ifnull((select count(*) from "tags" as "_t0" where ("_t0"."published" = ?) and "_t0"."name" in (select v.value from json_each(?) as v)), '') || '
      ' || json_group_array(json_object('id', "_t0"."id")) from (select "_t0"."id" from "tags" as "_t0" where ("_t0"."published" = ?) and "_t0"."name" in (select v.value from json_each(?) as v) order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": 2,
      }
    `)
  })
  it('is counted up to a bound when an estimate will do', async () => {
    const headers = { prefer: 'count=estimated' }
    expect(await exchange(stage, 'tags?select=name&limit=1', anonymous, headers)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | 1 | 0",
        "body": "[{"name":"new"}]",
        "mark": "["01941f29-7c00-7007-8000-000000000000"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || ifnull((select count(*) from (select 1 from "tags" as "_t0" where ("_t0"."published" = ?) limit 10001)), '') || '
      ' || json_group_array(json_object('name', "_t0"."name")) from (select "_t0"."name", "_t0"."id" from "tags" as "_t0" where ("_t0"."published" = ?) order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": 11,
      }
    `)
  })
  it('is sorted with nulls where they are wanted', async () => {
    const path = 'users?select=country&order=country.desc.nullslast,id&limit=1'
    expect(await exchange(stage, path, service)).toMatchInlineSnapshot(`
      {
        "args": "1 | 0",
        "body": "[{"country":"US"}]",
        "mark": "["US","01941f29-7c00-7001-8000-000000000001"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."country", "_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('country', "_t0"."country")) from (select "_t0"."country", "_t0"."id" from "users" as "_t0" order by "_t0"."country" desc, "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('is written as CSV', async () => {
    const path = 'tags?select=name,published&name=in.("a,b",O\'Neill)&order=name'
    expect(await exchange(stage, path, service, { accept: 'text/csv' })).toMatchInlineSnapshot(`
      {
        "args": "["a,b","O'Neill"] | 1000 | 0",
        "body": "O'Neill,true
      "a,b",true",
        "mark": "["a,b"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."name")), '$[#-1]'), '') || '
      ' || '' || '
      ' || coalesce(group_concat(coalesce((select case when instr(c, '"') or instr(c, ',') or instr(c, char(10)) or instr(c, char(13)) then '"' || replace(c, '"', '""') || '"' else c end from (select "_t0"."name" as c)), '') || ',' || coalesce((select case when instr(c, '"') or instr(c, ',') or instr(c, char(10)) or instr(c, char(13)) then '"' || replace(c, '"', '""') || '"' else c end from (select case "_t0"."published" when 1 then 'true' when 0 then 'false' end as c)), ''), char(10)), '') from (select "_t0"."name", "_t0"."published" from "tags" as "_t0" where "_t0"."name" in (select v.value from json_each(?) as v) order by "_t0"."name" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('leaves nulls out', async () => {
    const headers = { accept: 'application/vnd.pgrst.array+json;nulls=stripped' }
    expect(
      await exchange(stage, 'users?select=country,display_name&country=is.null', service, headers),
    ).toMatchInlineSnapshot(`
      {
        "args": "1000 | 0",
        "body": "[{"display_name":"Bob"}]",
        "mark": "["01941f29-7c00-7001-8000-000000000003"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_patch('{}', json_object('country', "_t0"."country", 'display_name', "_t0"."display_name"))) from (select "_t0"."country", "_t0"."display_name", "_t0"."id" from "users" as "_t0" where "_t0"."country" is null order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
})

describe('an item', () => {
  it('is found by its key and its gate', async () => {
    expect(
      await exchange(stage, `categories/${seedId('category', 1)}?select=name`, anonymous),
    ).toMatchInlineSnapshot(`
      {
        "args": "01941f29-7c00-7002-8000-000000000001 | 1",
        "body": "[{"name":"Books"}]",
        "mark": "1735732860000",
        "sql": "select count(*) || '
      ' || ifnull(max("_t0"."updated_at"), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name")) from "categories" as "_t0" where "_t0"."id" = ? and ("_t0"."published" = ?)",
        "total": null,
      }
    `)
  })
})

describe('aggregates', () => {
  it('are grouped by what stands beside them', async () => {
    const path = 'order_items?select=quantity,count(),price_cents.sum()&order=quantity&limit=1'
    expect(await exchange(stage, path, service, { prefer: 'count=exact' })).toMatchInlineSnapshot(`
      {
        "args": "1 | 0",
        "body": "[{"quantity":1,"count":31,"sum":896085}]",
        "mark": null,
        "sql": "select count(*) || '
      ' || '' || '
      ' || ifnull((select count(*) from (select count(*) from "order_items" as "_t0" group by "_t0"."quantity")), '') || '
      ' || '[' || coalesce(group_concat(j, ','), '') || ']' from (select json_object('quantity', "_t0"."quantity", 'count', count(*), 'sum', sum("_t0"."price_cents")) as j from "order_items" as "_t0" group by "_t0"."quantity" order by "_t0"."quantity" limit ? offset ?)",
        "total": 3,
      }
    `)
  })
})

describe('a filter', () => {
  it('searches the full-text table of its resource', async () => {
    const path = 'products?select=name&name=fts.lamp %26 !steel&limit=1'
    expect(await exchange(stage, path.replace(' ', '%20'), anonymous)).toMatchInlineSnapshot(`
      {
        "args": "{"name"} : (("lamp" NOT "steel")) | 1 | 1 | 0",
        "body": "[{"name":"cotton lamp 12"}]",
        "mark": "["01941f29-7c00-7003-8000-00000000000c"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name")) from (select "_t0"."name", "_t0"."id" from (select rowid from "products_search" where "products_search" match ?) as "_f0" cross join "products" as "_t0" where "_t0".rowid = "_f0".rowid and ("_t0"."published" = ?) order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('over JSON meets no row behind the gate', async () => {
    const path = 'products?select=name&attributes->>colour=eq.red&limit=1'
    expect(await exchange(stage, path, anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | red | 1 | 0",
        "body": "[{"name":"steel lamp 0"}]",
        "mark": "["01941f29-7c00-7003-8000-000000000000"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name")) from (select "_t0"."name", "_t0"."id" from "products" as "_t0" where ("_t0"."published" = ?) and case when ("_t0"."published" = ?) then case json_type("_t0"."attributes", '$."colour"') when 'text' then "_t0"."attributes" ->> '$."colour"' when 'null' then null else '' || ("_t0"."attributes" -> '$."colour"') end = ? end order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('with a quantifier has one parameter for its list', async () => {
    const path = 'tags?select=name&name=like(any).{ne*,sa*}'
    expect(await exchange(stage, path, anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | ["ne*","sa*"] | 1000 | 0",
        "body": "[{"name":"new"},{"name":"sale"}]",
        "mark": "["01941f29-7c00-7007-8000-000000000001"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name")) from (select "_t0"."name", "_t0"."id" from "tags" as "_t0" where ("_t0"."published" = ?) and case when ("_t0"."published" = ?) then (select case when max("_t0"."name" glob v.value) = 1 then 1 when count("_t0"."name" glob v.value) < count(*) then null else 0 end from json_each(?) as v) end order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
})

describe('a cursor', () => {
  it('is the place behind the last row', async () => {
    const request = ask('reviews?select=id&order=rating.desc,id&limit=2')
    const first = await stage.read(request, anonymous)
    const intent = { ...request.intent, afterCursor: true }
    const second = await stage.read({ ...request, intent }, anonymous, first.mark)
    expect({ mark: first.mark, sql: second.sent.sql, body: second.body }).toMatchInlineSnapshot(`
      {
        "body": "[{"id":"01941f29-7c00-7006-8000-00000000000c"},{"id":"01941f29-7c00-7006-8000-000000000011"}]",
        "mark": "[5,"01941f29-7c00-7006-8000-00000000000a"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."rating", "_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('id', "_t0"."id")) from (select "_t0"."id", "_t0"."rating" from "reviews" as "_t0" where ("_t0"."rating" <= ? and (("_t0"."rating" < ?) or ("_t0"."rating" is ? and "_t0"."id" > ?))) and (("_t0"."published" = ? and "_t0"."deleted_at" is null)) order by "_t0"."rating" desc, "_t0"."id" limit ? offset ?) as "_t0"",
      }
    `)
  })
})
