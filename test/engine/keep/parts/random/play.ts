import fc from 'fast-check'
import { expect } from 'vitest'
import { type Draw, drawOf } from '../../../../property/ask/draw.ts'
import { parameters } from '../../../../property/run.ts'
import type { Answer } from '../../world.ts'
import { drawRead, type Read, type Reader } from './read.ts'
import {
  allRows,
  asked,
  begin,
  cacheStatus,
  changed,
  type Isolates,
  isHiddenWritten,
  type Rows,
  type Stage,
  told,
} from './stage.ts'
import { drawWrite, families, type TableName, tableNames, type Write } from './write.ts'

/** What came of all reads: a test in which nothing was kept has tested nothing. */
export interface Tally {
  reads: number
  /** Answered from what is kept. */
  hits: number
  /** Of these, though their table was written since they were asked before: they are of another part of it. */
  spared: number
  /** That were done. */
  writes: number
  /** That would have been done. */
  trials: number
  refused: number
  /** Answers that were as of before the last write, as who does not care may be told. */
  old: number
}

const tally = (): Tally => ({ reads: 0, hits: 0, spared: 0, writes: 0, trials: 0, refused: 0, old: 0 })

interface Play {
  readonly stage: Stage
  readonly isolates: Isolates
  readonly draw: Draw
  readonly tally: Tally
  readonly history: string[]
  rows: Rows
  /** Of the last write that was done; at first, of all that is there. */
  bookmark: string
  /** Who did it. */
  writer: Reader
  /** By table after how many steps it was last written, and by path when anybody asked it: they may share what is kept. */
  readonly writtenAt: Map<string, number>
  readonly askedAt: Map<string, number>
  step: number
}

/**
 * As often, each time anew.
 * @throws Error that says by which seed it is played again
 */
export async function playAgain(stage: Stage, times: number): Promise<Tally> {
  const total = tally()
  await fc.assert(
    fc.asyncProperty(fc.gen(), (choose) => play(stage, drawOf(choose), total)),
    // What came before the failure is in its message; to leave some of it out would take as long again, each time.
    { ...parameters(times), unbiased: true, endOnFailure: true },
  )
  const said = JSON.stringify(total)
  expect(total.hits, said).toBeGreaterThan(total.reads / 5)
  expect(total.spared, said).toBeGreaterThan(total.reads / 200)
  expect(Math.min(total.trials, total.refused, total.writes / 4), said).toBeGreaterThan(times / 4)
  return total
}

/**
 * Random writes, and after each of them random reads with its bookmark: they are answered as by an isolate that keeps
 * nothing. What is undone, or refused, leaves everything as it was.
 * @throws Error with all that was done before
 */
async function play(stage: Stage, draw: Draw, total: Tally): Promise<void> {
  const isolates = await begin(stage)
  const now: Play = {
    stage,
    isolates,
    draw,
    tally: total,
    history: [],
    rows: await allRows(stage),
    bookmark: await bookmarkNow(stage, isolates),
    writer: 'nobody',
    writtenAt: new Map(),
    askedAt: new Map(),
    step: 0,
  }
  // Few, so that each is asked again and again.
  const family = draw.pick(families)
  const focus = () => (draw.once(6) ? tableNames : family)
  const pool = Array.from({ length: 7 }, () => drawRead(draw, draw.pick(focus())))
  const reads = [...new Map(pool.map((read) => [`${read.as} ${read.path}`, read])).values()]
  try {
    for (const read of reads) await look(now, read)
    for (now.step = 1; now.step <= steps; now.step += 1) {
      const lag = draw.once(2) ? stage.lag : null
      lag?.pause()
      await put(now, drawWrite(draw, focus()))
      const lagging = lag === null ? null : after(laggingMilliseconds, () => lag.resume())
      // What is read now may be of before the write, and is kept.
      if (lagging !== null) for (let each = 0; each < 3; each += 1) await readOld(now, draw.pick(reads))
      for (let each = 0; each < 4; each += 1) await look(now, draw.pick(reads))
      await lagging
    }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new Error(`${what}\n\nbefore that:\n${now.history.slice(-mostTold).join('\n')}`, { cause: error })
  }
}

const steps = 12
const laggingMilliseconds = 30
const mostTold = 40

async function after(milliseconds: number, then: () => void): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  then()
}

function bookmarkOf({ headers, text }: Answer): string {
  const bookmark = headers.get('selvage-bookmark')
  if (bookmark === null) throw new Error(`there is no bookmark: ${text}`)
  return bookmark
}

async function bookmarkNow(stage: Stage, { plain }: Isolates): Promise<string> {
  const headers = { prefer: 'consistency=strong, consistency=session' }
  return bookmarkOf(await plain('/rest/v1/people', { ...asked(stage, 'nobody'), headers }))
}

async function put(now: Play, write: Write): Promise<void> {
  const { stage, draw, history } = now
  const writer = draw.pick(['nobody', 'ann', 'ann', 'service'] as const)
  const isTrial = write.headers.prefer?.includes('tx=rollback') ?? false
  const send = () => {
    const { path, method, body, headers } = write
    return draw.pick(now.isolates.keeping)(`/rest/v1/${path}`, {
      method,
      body,
      headers,
      ...asked(stage, writer),
    })
  }
  const first = await send()
  // Once more under the same key, where nobody may have heard of it.
  const answer = first.status < 300 && 'idempotency-key' in write.headers ? await send() : first
  const isDone = answer.status < 300 && !isTrial
  const { path, method, body, headers } = write
  history.push(
    `${now.step}. ${writer}: ${method} /${path} ${JSON.stringify(body)?.slice(0, 400)} ${JSON.stringify(headers)} → ${answer.status}`,
  )
  if (answer.status >= 500) throw new Error(`the write failed: ${answer.text}`)
  const before = now.rows
  now.rows = await allRows(stage)
  now.tally[answer.status >= 300 ? 'refused' : isTrial ? 'trials' : 'writes'] += 1
  const differing = [...now.rows.keys()].filter((table) => changed(before, now.rows, table).length > 0)
  if (!isDone && differing.length > 0)
    throw new Error(`nothing was to be done, but to ${differing.join(', ')}`)
  if (changed(new Map(), now.rows, 'selvage_touched').length > 0)
    throw new Error('rows are left in selvage_touched')
  if (!isDone) return
  for (const table of differing) now.writtenAt.set(table, now.step)
  for (const table of tableNames)
    if (isHiddenWritten(before, now.rows, table)) now.writtenAt.set(hiddenOf(table), now.step)
  now.bookmark = bookmarkOf(answer)
  now.writer = writer
}

const hiddenOf = (table: TableName): string => `hidden ${table}`

/** Who wrote last is remembered by the session, and may come without a bookmark. */
async function look(now: Play, read: Read): Promise<void> {
  const { stage, draw, bookmark, writer, tally: counted } = now
  const isRemembered = writer === read.as && ['ann', 'bob'].includes(writer) && draw.once(2)
  const prefer = read.prefer.join(', ')
  const answer = await kept(now, read, {
    ...(prefer !== '' && { prefer }),
    ...(!isRemembered && { 'selvage-bookmark': bookmark }),
  })
  const last = now.askedAt.get(read.path) ?? -1
  const isSince = (table: string): boolean => (now.writtenAt.get(table) ?? -1) > last
  now.askedAt.set(read.path, now.step)
  counted.reads += 1
  if (isHit(answer)) counted.hits += 1
  if (isHit(answer) && isSince(read.about)) counted.spared += 1
  const how = isRemembered ? 'without a bookmark' : 'with the bookmark of the last write'
  const of = `${read.as}: GET /${read.path} (${prefer}) ${how}: ${cacheStatus(answer)}`
  now.history.push(`   ${of}`)
  // What the primary says is not asked of it again.
  const right = isHit(answer) || stage.lag !== null ? await strong(now, read) : told(answer)
  if (told(answer) !== right) throw new Error(`${of}\nis  ${told(answer)}\nnot ${right}`)
  if (isHit(answer) && read.hides && isSince(hiddenOf(read.about)))
    throw new Error(`${of}\nis still kept: it tells that the hidden row that was written is another one`)
}

const isHit = (answer: Answer): boolean => cacheStatus(answer).includes('hit')

async function readOld(now: Play, read: Read): Promise<void> {
  const answer = await kept(now, read, { prefer: ['consistency=eventual', ...read.prefer].join(', ') })
  if (!isHit(answer)) now.askedAt.set(read.path, now.step)
  if (told(answer) !== (await strong(now, read))) now.tally.old += 1
  now.history.push(`   ${read.as}: GET /${read.path} as it happens to be: ${cacheStatus(answer)}`)
}

function kept(
  { stage, isolates, draw }: Play,
  { as, path }: Read,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return draw.pick(isolates.keeping)(`/rest/v1/${path}`, { ...asked(stage, as), headers, isHasty: true })
}

/** What the database says. */
async function strong({ stage, isolates }: Play, { as, path, prefer }: Read): Promise<string> {
  const headers = { prefer: ['consistency=strong', ...prefer].join(', ') }
  return told(await isolates.plain(`/rest/v1/${path}`, { ...asked(stage, as), headers, isHasty: true }))
}
