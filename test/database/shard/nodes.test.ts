import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src/base/problem.ts'
import { readShards, requireShards } from '../../../src/database/shard/nodes.ts'

const read = (value: unknown) =>
  readShards({ DATABASE_SHARDS: typeof value === 'string' ? value : JSON.stringify(value) })
const a = { name: 'a', url: 'libsql://a.example.com/' }

test('names, URLs and tokens, as DATABASE_URL is read', () => {
  expect(read([a, { name: 'b-2', url: 'http://127.0.0.1:8080', token: 'secret' }])).toEqual([
    { name: 'a', url: 'https://a.example.com', token: null },
    { name: 'b-2', url: 'http://127.0.0.1:8080', token: 'secret' },
  ])
  expect(readShards({})).toEqual([])
  expect(read('')).toEqual([])
})

describe('what cannot be meant is refused, and never repeated', () => {
  test.each<[what: string, value: unknown, says: string]>([
    ['no JSON', '[{"secret"', 'is not a JSON array'],
    ['no list', { ...a, token: 'secret' }, 'is not a JSON array'],
    ['no object', ['secret'], '[0]'],
    ['no name', [a, { url: 'http://secret' }], '[1]'],
    ['a name with a letter too many', [{ ...a, name: 'Secret!' }], '[0]'],
    ['one name twice', [a, { ...a, url: 'http://secret' }], 'two of one name or URL'],
    ['one URL twice', [a, { ...a, name: 'secret' }], 'two of one name or URL'],
    ['no URL', [{ name: 'a' }], '[0]'],
    ['another URL', [{ name: 'a', url: 'ftp://secret' }], '[0]'],
    ['no URL at all', [{ name: 'a', url: 'http://' }], '[0]'],
    ['a token that is no text', [{ ...a, token: 7 }], '[0]'],
    [
      'too many',
      Array.from({ length: 17 }, (_, index) => ({ name: `s${index}`, url: `http://${index}.secret` })),
      'more than 16 shards',
    ],
  ])('%s', (_, value, says) => {
    const thrown = () => read(value)
    expect(thrown).toThrow(Problem)
    expect(thrown).toThrow(says)
    expect(thrown).not.toThrow(/secret/i)
  })
})

test('a backend with shardBy does not start without shards', () => {
  expect(() => requireShards([], new Set(['orders']))).toThrow('DATABASE_SHARDS is missing')
  expect(requireShards([], new Set())).toBeUndefined()
  expect(requireShards(read([a]), new Set(['orders']))).toBeUndefined()
})
