import { type Fragment, sql } from '../fragment.ts'

/**
 * PostgreSQL's `@>`, `<@` and `&&` over JSON. Operands hold scalars, and objects of such; arrays hold scalars alone
 * (the decoder sees to it), so that every leaf has one place: an object member by its path, an array element by the
 * path of its array, wherever it stands in it.
 */
export function contains(document: Fragment, operand: Fragment): Fragment {
  return ofDocument(
    document,
    sql`json_type(${document}) = json_type(${operand}) and ${within(operand, document)}`,
  )
}

export function containedIn(document: Fragment, operand: Fragment): Fragment {
  return ofDocument(
    document,
    sql`json_type(${document}) = json_type(${operand}) and ${within(document, operand)}`,
  )
}

export function overlaps(document: Fragment, operand: Fragment): Fragment {
  return ofDocument(
    document,
    sql`exists (select 1 from json_each(${document}) as d join json_each(${operand}) as o on typeof(d.key) = 'integer' and typeof(o.key) = 'integer' and d.type <> 'null' and ${sameAtom(alias('d'), alias('o'))})`,
  )
}

/** Of no document nothing is known, which `not` leaves as it is. */
function ofDocument(document: Fragment, condition: Fragment): Fragment {
  return sql`case when ${document} is not null then ${condition} end`
}

/** Every part of the small one is in the large one, at the same place and of the same type. */
function within(small: Fragment, large: Fragment): Fragment {
  const same = sameAtom(alias('l'), alias('s'))
  const place = sql`case when typeof(s.key) = 'integer' then typeof(l.key) = 'integer' and l.path = s.path else l.fullkey = s.fullkey end`
  // A join, for SQLite's parser takes a hundred open symbols, and embeds open many before this one.
  return sql`not exists (select 1 from json_tree(${small}) as s left join json_tree(${large}) as l on ${place} and ${same} where l.type is null)`
}

/** 1 and 1.0 are one number; 1 and true are two values. */
function sameAtom(a: Fragment, b: Fragment): Fragment {
  return sql`${a}.atom is ${b}.atom and (${a}.type = ${b}.type or (${a}.type in ('integer', 'real') and ${b}.type in ('integer', 'real')))`
}

function alias(name: 'd' | 'o' | 'l' | 's'): Fragment {
  return { text: name, bindings: [] }
}
