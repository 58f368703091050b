import { parseArgs } from 'node:util'
import { type City, cities, cityOf } from './geography.ts'

/** What `npm run world` is asked to do. */
export interface Options {
  readonly cities: readonly City[]
  readonly primary: City
  readonly replicas: readonly City[]
  readonly contenders: readonly ContenderName[]
  /** How long each contender is measured, in seconds. */
  readonly seconds: number
  /** Before, it is warmed up so long, with as many requests as go. */
  readonly warmSeconds: number
  /** No more answers than so many, for each contender. */
  readonly requests: number
  /** Of all cities together; null: as many as go. */
  readonly perSecond: number | null
  /** All distances times this. */
  readonly scale: number
  /** All times of KV times this. */
  readonly kvScale: number
  readonly loss: number
  readonly jitter: number
  readonly faults: boolean
  /** No ways: nothing is measured but whether the answers are right, of as many as go. */
  readonly direct: boolean
  /** The Worker of all data centres, as a file. */
  readonly worker: string
  readonly seed: number
  /** How many products are asked for. */
  readonly products: number
  /** Of Zipf's law. */
  readonly exponent: number
  /** Of the writes, those that change products. */
  readonly productWrites: number
  /** For the chart; null: a new folder of the system's temporary ones. */
  readonly out: string | null
}

export const contenderNames = ['selvage', 'one database', 'central server'] as const
export type ContenderName = (typeof contenderNames)[number]

/** @throws RangeError that says what is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true })
  const quick = values.quick === true
  const number = (name: keyof typeof flags, otherwise: number, least: number, most: number): number => {
    const text = values[name]
    if (typeof text !== 'string') return otherwise
    const value = Number(text)
    if (!(value >= least && value <= most))
      throw new RangeError(`--${name} takes ${least} to ${most}, not '${text}'`)
    return value
  }
  const direct = values.direct === true
  const requests = number('requests', Number.POSITIVE_INFINITY, 1, 1e8)
  const many = Number.isFinite(requests)
  return {
    cities:
      citiesIn(values.cities) ??
      (direct ? directCities : quick ? cities.filter(({ name }) => quickCities.has(name)) : cities),
    primary: cityOf('Virginia'),
    replicas: citiesIn(values.replicas) ?? [cityOf('Frankfurt'), cityOf('Tokyo')],
    contenders: contendersIn(values.only ?? (direct ? 'selvage' : undefined)),
    // Who gives a number of requests wants them all.
    seconds: number('seconds', many ? 86_400 : quick ? 15 : 60, 1, 86_400),
    warmSeconds: number('warm', direct ? 0 : quick ? 5 : 30, 0, 600),
    requests,
    perSecond:
      values.rate === 'max' || (values.rate === undefined && (many || direct))
        ? null
        : number('rate', quick ? 60 : 120, 1, 1e5),
    scale: number('scale', 1, 0.001, 10),
    kvScale: number('kv-scale', 1, 0.001, 10),
    loss: number('loss', values.faults === true ? 0.001 : 0, 0, 0.5),
    jitter: number('jitter', 0.02, 0, 5),
    faults: values.faults === true,
    direct,
    worker: values.worker ?? 'bench/world/city/entry.ts',
    seed: number('seed', 1, 0, 2 ** 31),
    products: number('products', direct ? 100 : 300, 20, 9_000),
    exponent: number('zipf', 1.1, 0, 3),
    productWrites: number('product-writes', direct ? 0.05 : 0.1, 0, 1),
    out: values.out ?? null,
  }
}

/** One beside the primary, and one beside a replica. */
const directCities: readonly City[] = [cityOf('Virginia'), cityOf('Frankfurt')]

const quickCities: ReadonlySet<string> = new Set(['Virginia', 'Frankfurt', 'Tokyo'])

const flags = {
  cities: { type: 'string' },
  replicas: { type: 'string' },
  only: { type: 'string' },
  seconds: { type: 'string' },
  warm: { type: 'string' },
  requests: { type: 'string' },
  rate: { type: 'string' },
  scale: { type: 'string' },
  'kv-scale': { type: 'string' },
  loss: { type: 'string' },
  jitter: { type: 'string' },
  faults: { type: 'boolean' },
  direct: { type: 'boolean' },
  worker: { type: 'string' },
  seed: { type: 'string' },
  products: { type: 'string' },
  zipf: { type: 'string' },
  'product-writes': { type: 'string' },
  quick: { type: 'boolean' },
  out: { type: 'string' },
} as const

/** Names, or a number: the first ones of the table. An empty text: none. */
function citiesIn(text: string | undefined): readonly City[] | null {
  if (text === undefined) return null
  if (/^\d+$/.test(text)) return cities.slice(0, Number(text))
  return text === '' ? [] : text.split(',').map(cityOf)
}

function contendersIn(text: string | undefined): readonly ContenderName[] {
  if (text === undefined) return contenderNames
  return text.split(',').map((given) => {
    const known = contenderNames.find((name) => name === given.trim())
    if (known === undefined) throw new RangeError(`--only takes ${contenderNames.join(', ')}, not '${given}'`)
    return known
  })
}
