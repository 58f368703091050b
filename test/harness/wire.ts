import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as requestOf,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { pipelinePath } from '../../src/database/hrana/request.ts'
import { type Fault, faultNames, isFault, strikeReply, strikeRequest } from './wire-fault.ts'
import { statementsOf } from './wire-pipeline.ts'
import { wireRecord } from './wire-record.ts'

/** A proxy in front of a libSQL server, which counts what goes over the wire, by `x-request-id`. */
export interface Wire {
  readonly url: string
  /** How many requests came. */
  readonly all: number
  /** What goes wrong with every request from now on; null: nothing. */
  strike(fault: Fault | null): void
  stop(): Promise<void>
}

/**
 * Forwards every request to `target`, and answers for itself:
 * - `GET /__trips/{request id}`: how many requests came with that id, as a JSON number;
 * - `GET /__log/{request id}`: their statements, as a JSON array of `WireStatement`;
 * - `POST /__fault/{request id}`: what goes wrong with requests of that id (`Fault`).
 */
export async function startWire(target: string): Promise<Wire> {
  const record = wireRecord()
  const agent = new Agent({ keepAlive: true, maxSockets: 128 })
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(request)
    const [, control, id] = /^\/__(trips|log|fault)\/([^/?]+)$/.exec(request.url ?? '') ?? []
    if (control === undefined || id === undefined) return forward(request, body, response)
    if (control === 'trips') return sendJson(response, record.trips(id))
    if (control === 'log') return sendJson(response, record.statements(id))
    const fault: unknown = JSON.parse(textOf(body))
    if (!isFault(fault)) throw new TypeError(`a fault is one of ${faultNames}`)
    record.plan(id, fault)
    return sendJson(response, null)
  }

  async function forward(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const statements = request.url === pipelinePath ? statementsOf(body) : []
    const fault = record.count(String(request.headers['x-request-id'] ?? ''), statements)
    if (fault !== null && (await strikeRequest(fault, body, response))) return
    const onward = requestOf(`${target}${request.url ?? '/'}`, {
      agent,
      method: request.method,
      headers: { ...request.headers, host: new URL(target).host },
    })
    // Who waits no longer leaves the place that it has at the server, as it would without a proxy.
    response.once('close', () => onward.destroy())
    onward.end(body)
    const [reply] = (await once(onward, 'response')) as [IncomingMessage]
    if (fault !== null && (await strikeReply(fault, reply, response))) return
    response.writeHead(reply.statusCode ?? 502, reply.headers)
    await pipeline(reply, response)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get all() {
      return record.all
    },
    strike: record.strike,
    async stop() {
      server.close()
      server.closeAllConnections()
      agent.destroy()
      if (server.listening) await once(server, 'close')
    },
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

const decoder = new TextDecoder()
const textOf = (body: Uint8Array): string => decoder.decode(body)
