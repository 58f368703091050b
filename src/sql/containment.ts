import { type Fragment, sql } from './fragment.ts'

/**
 * PostgreSQL's `@>`, `<@` and `&&` over JSON. Operands hold scalars, and objects of such; arrays hold scalars alone
 * (the decoder sees to it), so that every leaf has one place: an object member by its path, an array element by the
 * path of its array, wherever it stands in it.
 */
export function contains(document: Fragment, operand: Fragment): Fragment {
  return sql`(${document} is not null and json_type(${document}) = json_type(${operand}) and ${within(operand, document)})`
}

export function containedIn(document: Fragment, operand: Fragment): Fragment {
  return sql`(${document} is not null and json_type(${document}) = json_type(${operand}) and ${within(document, operand)})`
}

export function overlaps(document: Fragment, operand: Fragment): Fragment {
  return sql`exists (select 1 from json_each(${document}) as d join json_each(${operand}) as o on d.type = o.type and d.value = o.value)`
}

/** Every part of the small one is in the large one, at the same place and of the same type. */
function within(small: Fragment, large: Fragment): Fragment {
  const same = sql`l.atom is s.atom and (l.type = s.type or (l.type in ('integer', 'real') and s.type in ('integer', 'real')))`
  const place = sql`case when typeof(s.key) = 'integer' then typeof(l.key) = 'integer' and l.path = s.path else l.fullkey = s.fullkey end`
  return sql`not exists (select 1 from json_tree(${small}) as s where not exists (select 1 from json_tree(${large}) as l where ${place} and ${same}))`
}
