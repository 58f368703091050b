import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import shop from '../../src/backend/index.ts'
import seed, { ada, seedId } from '../../src/backend/seed.ts'
import { anonymous, type UserCaller } from '../../src/model/caller/caller.ts'
import { exchange } from './exchange.ts'
import { type Stage, startStage } from './stage.ts'

/** Statements of embeds as text, parameters and rows together: a gate at every hop. */

let stage: Stage
let user: UserCaller

beforeAll(async () => {
  stage = await startStage(shop, seed('small'))
  user = await stage.signIn(ada)
})
afterAll(() => stage.stop())

describe('an embed', () => {
  it('to one is an object behind a gate of its own', async () => {
    const path = `categories?select=name,parent(name)&id=eq.${seedId('category', 2)}`
    expect(await exchange(stage, path, anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | 01941f29-7c00-7002-8000-000000000002 | 1000 | 0",
        "body": "[{"name":"Kitchen","parent":{"name":"Home"}}]",
        "mark": "["01941f29-7c00-7002-8000-000000000002"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name", 'parent', (select json_object('name', "_t1"."name") from "categories" as "_t1" where "_t1"."id" = "_t0"."parent_id" and ("_t1"."published" = ?)))) from (select "_t0"."name", "_t0"."parent_id", "_t0"."id" from "categories" as "_t0" where ("_t0"."published" = ?) and "_t0"."id" = ? order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('to many is a list behind a gate of its own', async () => {
    const path = `categories?select=name,categories(name)&categories.order=name&id=eq.${seedId('category', 2)}`
    expect(await exchange(stage, path, anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | 01941f29-7c00-7002-8000-000000000002 | 1000 | 0",
        "body": "[{"name":"Kitchen","categories":[{"name":"Knives"},{"name":"Pots & pans"}]}]",
        "mark": "["01941f29-7c00-7002-8000-000000000002"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name", 'categories', (select json_group_array(json_object('name', "_t1"."name")) from (select "_t1"."name" from "categories" as "_t1" where "_t1"."parent_id" = "_t0"."id" and ("_t1"."published" = ?) order by "_t1"."name" limit 1000) as "_t1"))) from (select "_t0"."name", "_t0"."id" from "categories" as "_t0" where ("_t0"."published" = ?) and "_t0"."id" = ? order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('across a table in the middle passes both gates', async () => {
    const path = `products?select=name,tags(name)&id=eq.${seedId('product', 0)}`
    expect(await exchange(stage, path, anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | 1 | 1 | 01941f29-7c00-7003-8000-000000000000 | 1000 | 0",
        "body": "[{"name":"steel lamp 0","tags":[{"name":"new"}]}]",
        "mark": "["01941f29-7c00-7003-8000-000000000000"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name", 'tags', (select json_group_array(json_object('name', "_t1"."name")) from (select "_t1"."name" from "product_tags" as "_t2" cross join "tags" as "_t1" where "_t2"."product_id" = "_t0"."id" and "_t1"."id" = "_t2"."tag_id" and ((exists (select 1 from "products" where ("products"."id" = "_t2"."product_id" and "products"."published" = ?)) and exists (select 1 from "tags" where ("tags"."id" = "_t2"."tag_id" and "tags"."published" = ?)))) and ("_t1"."published" = ?) limit 1000) as "_t1"))) from (select "_t0"."name", "_t0"."id" from "products" as "_t0" where ("_t0"."published" = ?) and "_t0"."id" = ? order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('that is inner asks for rows behind the gate', async () => {
    const path = 'reviews?select=rating,author!inner()&limit=1'
    expect(await exchange(stage, path, user)).toMatchInlineSnapshot(`
      {
        "args": "(session) | 01941f29-7c00-7001-8000-000000000000 | (now) | 1 | customer | 0 | (now) | 1 | 1 | 01941f29-7c00-7001-8000-000000000000 | 1 | 01941f29-7c00-7001-8000-000000000000 | 01941f29-7c00-7001-8000-000000000000 | 1 | 0",
        "body": "[{"rating":2}]",
        "mark": "["01941f29-7c00-7006-8000-000000000000"]",
        "sql": "select case when (exists (select 1 from "auth_sessions" inner join "auth_users" on "auth_users"."id" = "auth_sessions"."user_id" where (("auth_sessions"."id" = ? and "auth_sessions"."user_id" = ? and "auth_sessions"."revoked_at" is null and "auth_sessions"."expires_at" > ? and "auth_sessions"."aal" >= ? and "auth_users"."role" = ? and "auth_users"."authority" = ? and ("auth_users"."banned_until" is null or "auth_users"."banned_until" <= ?)) and "auth_users"."least_aal" <= ?))) then (select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('rating', "_t0"."rating")) from (select "_t0"."rating", "_t0"."user_id", "_t0"."id" from "reviews" as "_t0" where ((("_t0"."published" = ? or "_t0"."user_id" = ?) and "_t0"."deleted_at" is null)) and case when ((("_t0"."published" = ? or "_t0"."user_id" = ?) and "_t0"."deleted_at" is null)) then exists (select 1 from "users" as "_t1" where "_t1"."id" = "_t0"."user_id" and ("_t1"."id" = ?)) end order by "_t0"."id" limit ? offset ?) as "_t0") end",
        "total": null,
      }
    `)
  })
  it('that is spread becomes members of its parent', async () => {
    const path = 'products?select=name,...category(category:name)&limit=1'
    expect(await exchange(stage, path, anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | 1 | 0",
        "body": "[{"name":"steel lamp 0","category":"Garden"}]",
        "mark": "["01941f29-7c00-7003-8000-000000000000"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array("_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('name', "_t0"."name", 'category', (select "_t1"."name" from "categories" as "_t1" where "_t1"."id" = "_t0"."category_id" and ("_t1"."published" = ?)))) from (select "_t0"."name", "_t0"."category_id", "_t0"."id" from "products" as "_t0" where ("_t0"."published" = ?) order by "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
  it('sorts its parent', async () => {
    const path = 'products?select=id,category()&order=category(name).desc,id&limit=1'
    expect(await exchange(stage, path, anonymous)).toMatchInlineSnapshot(`
      {
        "args": "1 | 1 | 1 | 1 | 1 | 1 | 0",
        "body": "[{"id":"01941f29-7c00-7003-8000-000000000004"}]",
        "mark": "[1,null,"01941f29-7c00-7003-8000-000000000004"]",
        "sql": "select count(*) || '
      ' || ifnull(json_extract(json_group_array(json_array(((select "_t1"."name" from "categories" as "_t1" where "_t1"."id" = "_t0"."category_id" and ("_t1"."published" = ?)) is null), (select "_t1"."name" from "categories" as "_t1" where "_t1"."id" = "_t0"."category_id" and ("_t1"."published" = ?)), "_t0"."id")), '$[#-1]'), '') || '
      ' || '' || '
      ' || json_group_array(json_object('id', "_t0"."id")) from (select "_t0"."id", "_t0"."category_id" from "products" as "_t0" where ("_t0"."published" = ?) order by ((select "_t1"."name" from "categories" as "_t1" where "_t1"."id" = "_t0"."category_id" and ("_t1"."published" = ?)) is null) desc, (select "_t1"."name" from "categories" as "_t1" where "_t1"."id" = "_t0"."category_id" and ("_t1"."published" = ?)) desc, "_t0"."id" limit ? offset ?) as "_t0"",
        "total": null,
      }
    `)
  })
})
