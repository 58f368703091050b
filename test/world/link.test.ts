import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Clock, startClock } from '../../bench/world/link/clock.ts'
import { type Conditions, delayOf, retransmissionTimeout } from '../../bench/world/link/conditions.ts'
import { type Link, type LinkOptions, openLink } from '../../bench/world/link/link.ts'
import { randomOf } from '../../bench/world/random.ts'

const near: Conditions = { roundTrip: 40, jitter: 0, loss: 0, partitioned: false }

let clock: Clock
let echo: Server
const opened: { readonly link: Link; readonly sockets: Socket[] }[] = []

beforeAll(async () => {
  clock = await startClock()
  echo = createServer((socket) => socket.pipe(socket).on('error', () => socket.destroy())).listen(
    0,
    '127.0.0.1',
  )
  await once(echo, 'listening')
})
afterAll(async () => {
  for (const { link, sockets } of opened) {
    for (const socket of sockets) socket.destroy()
    await link.close()
  }
  echo.close()
  await clock.close()
})

/** A way to what answers each message with itself. */
async function way(conditions: Conditions, options: Partial<LinkOptions> = {}) {
  const { port: target } = echo.address() as AddressInfo
  const link = await openLink({ target, conditions, clock, random: randomOf(7), ...options })
  const socket = connect(link.port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  opened.push({ link, sockets: [socket] })
  await once(socket, 'connect')
  return { link, socket, exchange: (text: string) => exchange(socket, text) }
}

/** @returns what came back first, and after how many milliseconds */
async function exchange(socket: Socket, text: string): Promise<{ heard: string; took: number }> {
  const sent = performance.now()
  socket.write(text)
  const [heard] = await once(socket, 'data')
  return { heard: String(heard), took: performance.now() - sent }
}

test('a message and its answer take a round trip', async () => {
  const { exchange } = await way(near)
  await exchange('warm')
  for (const text of ['one', 'two', 'three']) {
    const { heard, took } = await exchange(text)
    expect(heard).toBe(text)
    expect(took).toBeGreaterThan(39)
    expect(took).toBeLessThan(39 + 60)
  }
})

test('messages do not overtake each other, however long each takes', async () => {
  const { socket } = await way({ ...near, roundTrip: 10, jitter: 5 })
  const texts = Array.from({ length: 100 }, (_, n) => `${n},`)
  let heard = ''
  socket.on('data', (piece) => {
    heard += piece
  })
  for (const text of texts) {
    socket.write(text)
    await new Promise(setImmediate)
  }
  await expect.poll(() => heard, { timeout: 3_000 }).toBe(texts.join(''))
})

test('a way can become another one', async () => {
  const { link, exchange } = await way({ ...near, roundTrip: 4 })
  await exchange('warm')
  link.set({ roundTrip: 120 })
  expect((await exchange('far')).took).toBeGreaterThan(119)
})

test('what is sent while the way is cut arrives when it is open again', async () => {
  const { link, exchange } = await way({ ...near, roundTrip: 2 })
  await exchange('warm')
  link.set({ partitioned: true })
  setTimeout(() => link.set({ partitioned: false }), 200)
  const { heard, took } = await exchange('late')
  expect(heard).toBe('late')
  expect(took).toBeGreaterThan(190)
})

test('a connection over a way that stays cut hangs, and then fails', async () => {
  const { link, socket } = await way({ ...near, roundTrip: 2 }, { patienceMilliseconds: 300 })
  link.set({ partitioned: true })
  const sent = performance.now()
  socket.write('never')
  await once(socket, 'close')
  expect(performance.now() - sent).toBeGreaterThan(290)
})

test('where nobody listens, a connection fails after the way there and back', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port: target } = gone.address() as AddressInfo
  gone.close()
  const { socket } = await way(near, { target })
  await once(socket, 'close')
})

test('jitter makes a way longer by a share, a loss by the time until TCP sends again', () => {
  const random = randomOf(1)
  const jittered = Array.from({ length: 1_000 }, () => delayOf({ ...near, jitter: 0.5 }, random))
  expect(Math.min(...jittered)).toBeGreaterThanOrEqual(20)
  expect(Math.min(...jittered)).toBeLessThan(20.2)
  expect(Math.max(...jittered)).toBeLessThanOrEqual(30)
  expect(Math.max(...jittered)).toBeGreaterThan(29.8)
  const lossy = Array.from({ length: 10_000 }, () => delayOf({ ...near, loss: 0.1 }, random))
  const lost = lossy.filter((delay) => delay > 20)
  expect(new Set(lost)).toEqual(new Set([20 + 40 + retransmissionTimeout]))
  expect(lost.length).toBeGreaterThan(900)
  expect(lost.length).toBeLessThan(1_100)
})

test('the clock acts in the order of the instants, and never early by more than it says', async () => {
  const acted: number[] = []
  const start = clock.now()
  const wanted = [30, 5, 17, 5.5, 0, 29.5]
  for (const after of wanted) {
    clock.at(start + after, () => {
      acted.push(after)
      expect(clock.now() - start).toBeGreaterThan(after - 0.2)
    })
  }
  await expect.poll(() => acted).toEqual([...wanted].sort((a, b) => a - b))
})
