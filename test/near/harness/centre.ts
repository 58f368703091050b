import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { bundleWorker } from '../../../bench/build/bundle.ts'
import { generate } from '../../../src/cli/generate.ts'
import { migrate } from '../../../src/cli/migrate.ts'
import { seed } from '../../../src/cli/seed.ts'
import { makeBindings } from '../../harness/bindings.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { type Name, password } from '../backend/seed.ts'
import { workersOf } from './workers.ts'

/** Isolates of one data centre, by name. One that was not asked before is as new as one that was restarted. */
export const isolates = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const
export type Isolate = (typeof isolates)[number] | 'off'

export type Asker = 'anon' | 'service' | Name

export interface Ask {
  /** Default: `anon`. */
  readonly as?: Asker | { readonly token: string }
  /** Default: `a`. `off` keeps nothing. */
  readonly in?: Isolate
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** What Cloudflare says of where it comes in; null: nothing. Default: Tokyo. */
  readonly cf?: Readonly<Record<string, unknown>> | null
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** As `Server-Timing` reports them. */
  readonly trips: number
  readonly milliseconds: number
  /** The value of `Cache-Status`, and '' without one. */
  readonly cache: string
  readonly bookmark: string | null
}

/** The built Worker in several isolates of one data centre in Tokyo, its database and replicas. */
export interface Centre {
  readonly nodes: TestNodes
  readonly bindings: Readonly<Record<string, string>>
  /** What the Worker wrote into its log. */
  log(): string
  ask(url: string, given?: Ask): Promise<Answer>
  token(name: Name): Promise<string>
  /** What fails of what the platform keeps answers in; a number: all that is asked of it takes so many milliseconds. */
  break(
    isolate: Isolate,
    what: { readonly cache?: string | number | null; readonly world?: string | number | null },
  ): Promise<void>
  /** Resolves when whatever goes on after responses has ended. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface CentreOptions {
  /** Default: none. */
  readonly replicas?: number
  /** Latitude and longitude of each of them; default: the first is in Tokyo. */
  readonly places?: readonly (readonly [number, number])[]
  readonly variables?: Readonly<Record<string, string>>
  /** Variables of one isolate besides. */
  readonly own?: Readonly<Partial<Record<Isolate, Readonly<Record<string, string>>>>>
}

const backendFolder = resolve(import.meta.dirname, '../backend')

export async function startCentre({
  replicas = 0,
  places = [],
  variables = {},
  own = {},
}: CentreOptions = {}): Promise<Centre> {
  const nodes = await startNodes(replicas)
  const databaseUrl = nodes.primary.sqld.url
  try {
    const folder = join(nodes.folder, 'worker')
    const migrations = join(nodes.folder, 'migrations')
    await mkdir(folder)
    const prepared = async () => {
      await generate({ backendFolder, output: migrations })
      await migrate({ databaseUrl, folder: migrations })
      await seed({ databaseUrl, backendFolder, size: 'small' })
    }
    const [bundle] = await Promise.all([
      bundleWorker(join(import.meta.dirname, 'worker.ts'), folder),
      prepared(),
    ])
    const script = await readFile(join(folder, bundle.main), 'utf8')
    const bindings = {
      ...makeBindings(nodes.primary.wire.url),
      ...replicaBindings(nodes, places),
      CACHE_OFF: '',
      ...variables,
    }
    const log: string[] = []
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        handleStructuredLogs: ({ message }) => void log.push(message),
        workers: workersOf(
          script,
          Object.fromEntries(
            [...isolates, 'off' as const].map((name) => [
              name,
              { ...bindings, ...(name === 'off' && { CACHE_OFF: '1' }), ...own[name] },
            ]),
          ),
        ),
      }),
    )
    await miniflare.ready
    const asked = asking(miniflare, bindings)
    if (replicas > 0) await followed(asked.ask)
    return {
      nodes,
      bindings,
      log: () => log.join('\n'),
      ...asked,
      stop: () => stop(miniflare, nodes),
    }
  } catch (error) {
    await nodes.stop()
    throw error
  }
}

/** Resolves when the nearest replica answers with all that there is. */
export async function followed(ask: Centre['ask']): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const prefer = 'consistency=strong, consistency=session'
    const { bookmark } = await ask('/rest/v1/visits', { in: 'off', headers: { prefer } })
    const told = await ask('/rest/v1/visits', { in: 'off', headers: { 'selvage-bookmark': bookmark ?? '' } })
    if (told.headers.get('server-timing')?.includes('node;desc="replica')) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the replica does not follow')
}

async function stop(miniflare: Miniflare, nodes: TestNodes): Promise<void> {
  await miniflare.dispose()
  await nodes.stop()
}

function replicaBindings(
  { replicas }: TestNodes,
  places: NonNullable<CentreOptions['places']>,
): Readonly<Record<string, string>> {
  if (replicas.length === 0) return {}
  const list = replicas.map(({ wire }, index) => ({
    name: `replica-${index}`,
    url: wire.url,
    place: places[index] ?? [35.7 + index, 139.7],
  }))
  // Nobody knows where the primary is: it is the last that is asked, however fast it is on this machine.
  return { DATABASE_REPLICAS: JSON.stringify(list) }
}

const inTokyo = { latitude: '35.7', longitude: '139.7', colo: 'NRT' }

function asking(miniflare: Miniflare, bindings: Readonly<Record<string, string>>) {
  const tokens = new Map<Name, Promise<string>>()
  const send = async (
    url: string,
    { in: name = 'a', cf = inTokyo, ...init }: RequestInit & { in?: Isolate | undefined; cf?: Ask['cf'] },
  ) => {
    const headers = new Headers(init.headers)
    headers.set('test-isolate', name)
    headers.set('test-cf', JSON.stringify(cf))
    const since = performance.now()
    const { body = null, method = 'GET' } = init
    const response = await miniflare.dispatchFetch(`http://selvage.test${url}`, {
      method,
      headers: [...headers],
      ...(typeof body === 'string' && { body }),
    })
    const text = await response.text()
    return { response, text, milliseconds: performance.now() - since }
  }
  const credentials = async (as: NonNullable<Ask['as']>): Promise<Record<string, string>> => {
    const apikey = bindings.PUBLISHABLE_KEY ?? ''
    if (as === 'anon') return { apikey }
    if (as === 'service') return { apikey: bindings.SECRET_KEY ?? '' }
    return { apikey, authorization: `Bearer ${typeof as === 'string' ? await token(as) : as.token}` }
  }
  const ask = async (url: string, given: Ask = {}): Promise<Answer> => {
    const headers = new Headers({ ...(await credentials(given.as ?? 'anon')), ...given.headers })
    if (given.body !== undefined && !headers.has('content-type'))
      headers.set('content-type', 'application/json')
    const { response, text, milliseconds } = await send(url, {
      in: given.in,
      cf: given.cf,
      method: given.method ?? (given.body === undefined ? 'GET' : 'POST'),
      headers,
      ...(given.body !== undefined && { body: JSON.stringify(given.body) }),
    })
    const told = new Headers([...response.headers])
    return {
      status: response.status,
      headers: told,
      text,
      trips: Number(/\btrips;desc="(\d+)"/.exec(told.get('server-timing') ?? '')?.[1] ?? Number.NaN),
      milliseconds,
      cache: told.get('cache-status') ?? '',
      bookmark: told.get('selvage-bookmark'),
    }
  }
  const token = (name: Name): Promise<string> => {
    const known = tokens.get(name) ?? signIn(name)
    tokens.set(name, known)
    return known
  }
  const signIn = async (name: Name): Promise<string> => {
    const body = { email: `${name}@near.test`, password }
    const { text } = await ask('/auth/v1/token?grant_type=password', { body, in: 'off' })
    return (JSON.parse(text) as { access_token: string }).access_token
  }
  return {
    ask,
    token,
    async break(name: Isolate, what: object) {
      await send('/__break', { in: name, method: 'POST', body: JSON.stringify(what) })
    },
    settled: () => new Promise<void>((done) => setTimeout(done, 60)),
  }
}
