import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bundle } from '../build/bundle.ts'
import type { Runtime } from '../build/project.ts'
import type { Keys } from '../data/keys.ts'
import { createChecker } from './check/checker.ts'
import { checkNodes } from './check/final.ts'
import { createTally } from './check/tally.ts'
import { countViolations, type Violations } from './check/violations.ts'
import { beFaulty, type Fault, type Faults } from './faults.ts'
import type { Scene } from './load/client.ts'
import { type Drive, drive, signInEverywhere, sweep } from './load/drive.ts'
import { crowd, populate, population } from './load/population.ts'
import { collectSamples, type Samples } from './load/samples.ts'
import { openWire } from './load/wire.ts'
import { drawCatalogue } from './node/catalogue.ts'
import { makePeople } from './node/people.ts'
import type { Nothing } from './null.ts'
import { type ContenderName, contenderNames, type Options } from './options.ts'
import { randomOf } from './random.ts'
import type { Overhead } from './report/goals.ts'
import { deploy, type Stage } from './stage.ts'

/** What one contender did. */
export interface Played {
  readonly name: ContenderName
  readonly samples: Samples
  readonly violations: Violations
  /** All answers that were checked, the warm-up's too. */
  readonly checked: number
  /** Of the measured part: how many answers there were, and how long it took, in seconds. */
  readonly answered: number
  readonly seconds: number
  /** What its Workers wrote to their logs, each text once, and how often. */
  readonly logs: ReadonlyMap<string, number>
  /** What was made to go wrong meanwhile, and how often. */
  readonly faults: ReadonlyMap<Fault, number>
  /** What the simulation took meanwhile; null: that was not measured. */
  readonly overhead: Overhead | null
}

export interface Setting {
  readonly options: Options
  readonly stage: Stage
  readonly bundle: Bundle
  readonly runtime: Runtime
  readonly keys: Keys
  readonly signal: AbortSignal
  progress(text: string): void
}

/** What each contender is: where the Worker runs, and what it may use. */
const contenders: Readonly<
  Record<ContenderName, { readonly isEverywhere: boolean; readonly isNear: boolean }>
> = {
  selvage: { isEverywhere: true, isNear: true },
  'one database': { isEverywhere: true, isNear: false },
  'central server': { isEverywhere: false, isNear: false },
}

/** After the flood of the warm-up: how long ways took in it is forgotten by then. */
const restMilliseconds = 10_000

/** In each city: a p95 of all cities takes twenty of them. */
const signInsEach = 4

/** Of all requests a sixth are those of the simulation itself, and with as many as go so many a second. */
const besideShare = 1 / 6
const besideAtMost = 10

/**
 * The world with one contender in it, from an empty cache to the last look at every node.
 * @param nothing what is asked beside it; null: nothing is
 */
export async function play(name: ContenderName, setting: Setting, nothing: Nothing | null): Promise<Played> {
  const { options, stage, keys, signal, progress } = setting
  const { isEverywhere, isNear } = contenders[name]
  const place = contenderNames.indexOf(name)
  const random = randomOf(options.seed + place)
  progress(`${name}: data centres start`)
  const catalogue = await drawCatalogue(
    stage.primary.url,
    { products: options.products, categories: options.products },
    randomOf(options.seed),
  )
  const numbers = options.direct ? crowd : population
  const people = await makePeople(stage.primary.url, keys, catalogue, {
    customers: options.cities.length * numbers.customers,
    staff: numbers.staff,
    firstNumber: place * 10_000,
  })
  const logs = new Map<string, number>()
  const deployment = await deploy(options, stage, {
    places: isEverywhere ? options.cities : [options.primary],
    hasReplicas: isNear,
    variables: isNear ? {} : { CACHE_OFF: '1' },
    ...setting,
    hear: (message) => logs.set(plain(message), (logs.get(plain(message)) ?? 0) + 1),
  })
  const violations = countViolations()
  const samples = collectSamples()
  const wire = openWire(deployment.edgeHeaders)
  const scene: Scene = {
    ...{ wire, catalogue, violations, samples, random, publishableKey: keys.publishableKey },
    ...{ checker: createChecker(violations), tally: createTally(violations), isFaulty: options.faults },
  }
  let before = 0
  let trouble: Faults | null = null
  const told = setInterval(() => {
    const rate = ((samples.answered - before) / 5).toFixed(0)
    before = samples.answered
    progress(`${name}: ${samples.answered} answers, ${rate} a second, ${violations.count()} violations`)
  }, 5_000)
  try {
    const everybody = populate(options.cities, deployment.doorsOf, people, numbers)
    const go = (part: Partial<Drive>) => drive(scene, everybody, { ...options, ...part }, signal)
    if (options.warmSeconds > 0) await sweep(scene, everybody, signal)
    await go({ perSecond: null, seconds: options.warmSeconds, requests: Number.POSITIVE_INFINITY })
    if (options.warmSeconds > 0 && !signal.aborted)
      await Promise.race([sleep(restMilliseconds, undefined, { ref: false }), once(signal, 'abort')])
    const warm = samples.answered
    samples.clear()
    before = 0
    const started = performance.now()
    progress(`${name}: warm after ${warm} answers, now it is measured`)
    if (options.faults) trouble = beFaulty({ ...setting, deployment, random: randomOf(options.seed + 77) })
    const measured = new AbortController()
    const { perSecond } = options
    const beside = nothing?.measure(
      perSecond === null ? besideAtMost : perSecond * besideShare,
      measured.signal,
    )
    await go({
      requests: Math.max(1, options.requests - warm),
      ...(perSecond === null || nothing === null ? {} : { perSecond: perSecond * (1 - besideShare) }),
    }).finally(() => measured.abort())
    const overhead = (await beside) ?? null
    const [seconds, answered] = [(performance.now() - started) / 1000, samples.answered]
    await trouble?.end()
    const faults = trouble?.came ?? new Map()
    // What is read meanwhile would look faster than it is beside others: it is checked, and is in no figure.
    const alone = { ...scene, samples: collectSamples() }
    if (!options.direct) await signInEverywhere(alone, everybody, signInsEach, signal)
    for (const { name: city } of options.cities)
      for (const sample of alone.samples.of(city, 'sign-in')) samples.add(city, 'sign-in', sample)
    progress(`${name}: every node is looked at`)
    if (!signal.aborted) await checkNodes(scene, stage.primary, stage.replicas)
    const checked = warm + answered + alone.samples.answered
    return { name, samples, violations, checked, answered, seconds, logs, faults, overhead }
  } finally {
    clearInterval(told)
    try {
      await trouble?.end()
    } finally {
      wire.close()
      await deployment.stop()
    }
  }
}

/** Without what is another one in each line. */
function plain(message: string): string {
  return message.replace(/"requestId":"[^"]*",?/, '').slice(0, 400)
}
