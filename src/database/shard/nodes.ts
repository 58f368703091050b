import { Problem } from '../../base/problem.ts'
import { type Bindings, serverUrl } from '../../base/settings.ts'
import { connect, type Database } from '../client.ts'

/** A database with a part of the rows of each sharded resource. */
export interface ShardNode {
  /** By which keys are placed: it stays when the URL changes, and two shards have not the same. */
  readonly name: string
  readonly url: string
  readonly token: string | null
}

/** A shard for one request. */
export interface Shard {
  readonly name: string
  readonly database: Database
}

const mostShards = 16

/**
 * `DATABASE_SHARDS`, a JSON array of `{ "name": "a", "url": "https://…", "token": "…" }`; the token may be left out.
 * The only shard may be the main database itself, as in development. Empty where it is not set.
 *
 * One that is added takes its part from all others, and no row moves by itself: migrate the new database; stop the
 * writes; copy the rows whose `placeOf` is new, and delete them where they were; then set `DATABASE_SHARDS`. A new URL
 * with the old name moves nothing.
 * @throws Problem UNAVAILABLE_CONFIGURATION, which never repeats a value
 */
export function readShards({ DATABASE_SHARDS: text }: Bindings): readonly ShardNode[] {
  if (text === undefined || text === '') return []
  const nodes = listOf(text).map(nodeOf)
  // A list over two that are one database would have each row twice.
  const distinct = new Set(nodes.flatMap(({ name, url }) => [name, url]))
  if (nodes.length > mostShards || distinct.size < 2 * nodes.length)
    throw wrong(`has more than ${mostShards} shards, or two of one name or URL`)
  return nodes
}

/** @throws Problem UNAVAILABLE_CONFIGURATION when a backend has `shardBy` and there are no shards */
export function requireShards(nodes: readonly ShardNode[], sharded: ReadonlySet<string>): void {
  if (sharded.size > 0 && nodes.length === 0)
    throw wrong(`is missing, and the backend has a resource with shardBy`)
}

/** Cheap, and made anew for each request, as `connect`. */
export function connectShards(nodes: readonly ShardNode[], requestId: string): readonly Shard[] {
  return nodes.map((node) => ({ name: node.name, database: connect({ ...node, requestId }) }))
}

function listOf(text: unknown): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(String(text))
    if (Array.isArray(list)) return list
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw wrong('is not a JSON array')
}

function nodeOf(entry: unknown, index: number): ShardNode {
  const { name, url, token = null } = (entry ?? {}) as { readonly [Member in keyof ShardNode]?: unknown }
  const address = serverUrl(url)
  const isName = typeof name === 'string' && /^[a-z0-9-]{1,32}$/.test(name)
  if (isName && address !== null && (token === null || typeof token === 'string'))
    return { name, url: address, token }
  throw wrong(
    `has no name of small letters, digits and hyphens, no URL or a token that is no text at [${index}]`,
  )
}

function wrong(what: string): Problem {
  return new Problem('UNAVAILABLE_CONFIGURATION', {
    message: `DATABASE_SHARDS ${what}.`,
    hint: 'Set it to [{ "name": "a", "url": "https://…", "token": "…" }, …].',
    headers: { 'retry-after': '60' },
  })
}
