import { type Connection, openConnection } from '../../load/connection.ts'

/** A request of a client, before it has a way to go. */
export interface Ask {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON; null: none. */
  readonly body: string | null
}

/** What a client hears. Status 0: nothing, or not in time; then the text is the reason. */
export interface Heard {
  readonly status: number
  /** By name, in lower case. */
  header(name: string): string | null
  readonly text: string
  /** From the first byte sent to the last byte received. */
  readonly milliseconds: number
}

/** Connections of the world's clients, kept for the next request as browsers do. */
export interface Wire {
  /** @param port where the way to the server is entered */
  send(port: number, ask: Ask): Promise<Heard>
  close(): void
}

/**
 * `edgeHeaders`: by the port of a way, what the edge there adds to requests. `patienceMilliseconds`: how long a client waits.
 * Default 20,000.
 */
export function openWire(edgeHeaders: ReadonlyMap<number, string>, patienceMilliseconds = 20_000): Wire {
  const idle = new Map<number, { readonly connection: Connection; readonly since: number }[]>()
  const all = new Set<Connection>()
  const take = async (port: number): Promise<Connection> => {
    const waiting = idle.get(port) ?? []
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { connection, since } = next
      if (connection.isOpen && performance.now() - since < longestIdleMilliseconds) return connection
      connection.close()
      all.delete(connection)
    }
    const connection = await openConnection(port)
    all.add(connection)
    return connection
  }
  return {
    async send(port, ask) {
      const connection = await failing(take(port))
      if (typeof connection === 'string') return unheard(connection, 0)
      const sent = performance.now()
      const patience = setTimeout(() => connection.close(), patienceMilliseconds)
      const reply = await failing(connection.send(bytesOf(ask, edgeHeaders.get(port) ?? '')))
      clearTimeout(patience)
      const milliseconds = performance.now() - sent
      if (typeof reply === 'string') {
        connection.close()
        all.delete(connection)
        return unheard(reply, milliseconds)
      }
      const waiting = idle.get(port)
      const kept = { connection, since: performance.now() }
      if (waiting === undefined) idle.set(port, [kept])
      else waiting.push(kept)
      return {
        status: reply.status,
        header: (name) => headerIn(reply.head, name),
        text: reply.body.toString(),
        milliseconds,
      }
    },
    close() {
      for (const connection of all) connection.close()
    },
  }
}

/** Servers end a connection that has nothing to do, workerd after five seconds: what was just sent would be lost. */
const longestIdleMilliseconds = 2_000

/** A connection that fails is what a simulation of failures expects: it is judged where it is known what was asked. */
async function failing<Value>(work: Promise<Value>): Promise<Value | string> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}

function unheard(reason: string, milliseconds: number): Heard {
  return { status: 0, header: () => null, text: reason, milliseconds }
}

function bytesOf({ method, path, headers, body }: Ask, edge: string): Buffer {
  const length =
    body === null ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: world.test\r\n${edge}${lines.join('')}${length}\r\n${body ?? ''}`,
  )
}

function headerIn(head: string, name: string): string | null {
  const at = head.toLowerCase().indexOf(`\r\n${name}: `)
  if (at < 0) return null
  const start = at + name.length + 4
  const end = head.indexOf('\r\n', start)
  return head.slice(start, end < 0 ? undefined : end)
}
