import { expect, test } from 'vitest'
import { sourcesIn } from '../../../src/engine/keep/sources.ts'

test.each([
  ['"twins"."other" = ?', []],
  ['exists (select 1 from "a" where "a"."id" = 1)', ['a']],
  ['exists (select 1 from a, "B" as x, [c] y where x.id in (1, d))', ['a', 'b', 'c']],
  ['exists (select f(1, 2), "a"."id" from a join b on a.x = b.y, c order by 1, 2)', ['a', 'b', 'c']],
  ['exists (select 1 from (select id, n from a), b)', ['a', 'b']],
  ['exists (select 1 from (a, b left join c using (id, n)), d)', ['a', 'b', 'c', 'd']],
  ['exists (select 1 from/* the */a, -- and\n b union select 1, x from c)', ['a', 'b', 'c']],
  ["exists (select 1 from 'a' where note = 'from b' and \"from c\" = 1)", ['a']],
  ['exists (select 1 from json_each(?, 1) as e, a)', ['a']],
  ['id in a or id in (select id from b) or id in (1, 2)', ['a', 'b']],
  ['exists (select 1 from main.a)', ['main']],
  ['x is distinct from y', []],
  ['exists (select 1 from größe, "say ""x""")', ['größe', 'say "x"']],
])('%s', (text, names) => {
  expect(sourcesIn(text)).toEqual(names)
})
