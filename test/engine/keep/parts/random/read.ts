import type { Draw } from '../../../../property/ask/draw.ts'
import { id, person, type TableName, word } from './write.ts'

export const readers = ['nobody', 'ann', 'bob', 'service'] as const
export type Reader = (typeof readers)[number]

/** A request that reads. */
export interface Read {
  readonly about: TableName
  readonly path: string
  readonly as: Reader
  readonly prefer: readonly string[]
  /** Whether there may be rows in it that who reads may not read: that these change must not be seen. */
  readonly hides: boolean
}

export function drawRead(draw: Draw, about: TableName): Read {
  const as = draw.once(3) ? 'ann' : draw.pick(mayRead[about] ?? readers)
  const hides = as !== 'service' && (about === 'notes' || about === 'links')
  const prefer = draw.once(4) ? ['count=exact'] : []
  return { about, as, path: `${about}${draw.pick(shapes[about])(draw)}`, prefer, hides }
}

/** Where nobody has no right at all. */
const mayRead: Partial<Record<TableName, readonly Reader[]>> = { drafts: ['ann', 'bob', 'service'] }

type Shape = (draw: Draw) => string
const text = (draw: Draw): string => encodeURIComponent(word(draw))

const shapes: Readonly<Record<TableName, readonly Shape[]>> = {
  people: [
    (draw) => `/${person(draw)}`,
    (draw) => `?id=eq.${person(draw)}&select=id,notes(id,open)`,
    (draw) => `?id=eq.${person(draw)}&select=id,drafts(id,n),tickets(id,n)`,
    (draw) => `?id=neq.${person(draw)}&order=id`,
  ],
  nodes: [
    (draw) => `/${id(draw)}`,
    (draw) => `?up=eq.${id(draw)}&order=id`,
    (draw) => `?id=eq.${id(draw)}&select=id,nodes(id)`,
    (draw) => `?up=eq.${id(draw)}&slug=eq.a`,
    (draw) => `?or=(up.eq.${id(draw)},n.eq.1)&order=id`,
    (draw) => `?not.and=(up.eq.${id(draw)},n.eq.1)&order=id`,
    (draw) => `?and=(up.eq.${id(draw)},n.gte.0)&order=id&select=id`,
    (draw) => `?select=n,count()&up=eq.${id(draw)}`,
    (draw) => `?select=id,seats(id,n)&id=eq.${id(draw)}`,
    (draw) => `?select=id,notes!links(id,n)&id=eq.${id(draw)}`,
    (draw) => `?order=id&limit=2&n=eq.${draw.upTo(2)}`,
    (draw) => `?id=eq.${id(draw)}&select=id,links(note),notes!notes_node_nodes_id_fk(id)`,
  ],
  places: [
    (draw) => `/${text(draw)},${id(draw)}`,
    (draw) => `?row=eq.${text(draw)}&order=col`,
    (draw) => `?col=eq.${id(draw)}&order=row`,
    (draw) => `?col=eq.${id(draw)}&order=row&select=row,seats(id)`,
  ],
  seats: [
    (draw) => `/${text(draw)}`,
    (draw) => `?row=eq.${text(draw)}&order=id`,
    (draw) => `?col=eq.${id(draw)}&order=id`,
    (draw) => `?node=eq.${id(draw)}&order=id&select=id,n,places(n)`,
    (draw) => `?node=eq.${id(draw)}&row=eq.a`,
    (draw) => `?node=not.eq.${id(draw)}&order=id`,
    () => '?node=is.null&order=id',
    (draw) => `?node=in.(${id(draw)},${id(draw)})&order=id`,
    (draw) => `?tag=eq.${text(draw)}&node=eq.${id(draw)}`,
  ],
  notes: [
    (draw) => `/${id(draw)}`,
    (draw) => `?owner=eq.${person(draw)}&order=id`,
    (draw) => `?node=eq.${id(draw)}&order=id&select=id,n`,
    (draw) => `?node=eq.${id(draw)}&select=count()`,
    (draw) => `?id=eq.${id(draw)}&select=id,people(n)`,
  ],
  drafts: [
    () => '?order=id',
    (draw) => `/${id(draw)}`,
    () => '?select=count()',
    () => '?owner=eq.bob&order=id',
  ],
  links: [
    (draw) => `/${id(draw)},${id(draw)}`,
    (draw) => `?node=eq.${id(draw)}&order=note`,
    (draw) => `?note=eq.${id(draw)}&order=node&select=node,notes(n)`,
  ],
  tickets: [
    (draw) => `/${id(draw)}`,
    (draw) => `?holder=eq.${person(draw)}&order=id`,
    (draw) => `?holder=eq.${person(draw)}&select=count(),n`,
  ],
}
