import type { Kind, Who, World } from '../oracle/world.ts'

const isKeeper = (who: Who) => who.kind === 'user' && who.role === 'keeper'
const all = () => true

const wideColumns = Object.fromEntries(
  (
    [
      ['text', 'text'],
      ['number', 'integer'],
      ['flag', 'boolean'],
    ] as const
  ).flatMap(([prefix, kind]) =>
    Array.from({ length: 23 }, (_, n): [string, Kind] => [`${prefix}_${n + 1}`, kind]),
  ),
)

/** The tables of the fixture that are about kinds of values. */
export const values: World['tables'] = {
  samples: {
    sqlName: 'samples',
    key: ['id'],
    columns: {
      id: 'integer',
      title: 'text',
      kind: 'text',
      flag: 'boolean',
      count: 'integer',
      big: 'integer',
      exact: 'numeric',
      decimal: 'numeric',
      ratio: 'real',
      object: 'json',
      array: 'json',
      any: 'json',
      bytes: 'blob',
      json_bytes: 'json_blob',
      big_bytes: 'bigint_blob',
      seconds: 'seconds',
      millis: 'milliseconds',
      day: 'text',
      moment: 'text',
      doubled: 'integer',
      hidden: 'text',
    },
    sees: all,
    fields: { hidden: isKeeper },
    search: ['title'],
    paths: [
      { column: 'object', steps: ['name'], type: 'text' },
      { column: 'object', steps: ['nested', 'list', 2, 'deep'], type: 'text' },
      { column: 'object', steps: ['nested', 'list'] },
      { column: 'object', steps: ['clé "é"'], type: 'text' },
      { column: 'object', steps: ['a.b'] },
      { column: 'object', steps: ['a.b', 'c->d'], type: 'number' },
      { column: 'object', steps: ['number'], type: 'number' },
      { column: 'object', steps: ['nothing'] },
      { column: 'object', steps: ['on'], type: 'boolean' },
      { column: 'object', steps: ['日本', -1], type: 'boolean' },
      { column: 'object', steps: [''], type: 'text' },
      { column: 'array', steps: [0] },
      { column: 'array', steps: [-1] },
      { column: 'json_bytes', steps: ['stored'], type: 'text' },
      { column: 'json_bytes', steps: ['ключ'], type: 'text' },
    ],
  },
  wide: { sqlName: 'wide', key: ['id'], columns: { id: 'integer', ...wideColumns }, sees: all },
}
