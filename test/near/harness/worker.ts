import { createApp } from '../../../src/app.ts'
import { platformCache } from '../../../src/cache/create.ts'
import backend from '../backend/index.ts'

/**
 * The Worker as it is deployed, with a way to break what the platform keeps answers in: `POST /__break` with
 * `{"cache": "hang" | "fail" | "forget" | "garbage" | milliseconds | null, "world": …}`; what comes from the world may be
 * `"cut"` or `"older"`, too.
 */
type Breakage = 'hang' | 'fail' | 'forget' | 'garbage' | 'cut' | 'older' | number | null

const broken: { cache: Breakage; world: Breakage } = { cache: null, world: null }
const app = createApp(backend)
const platform = platformCache() ?? unreachable()

function unreachable(): never {
  throw new TypeError('workerd has a cache')
}

async function strike<Value>(tier: keyof typeof broken, garbage: () => Value, work: () => Promise<Value>) {
  const how = broken[tier]
  if (typeof how === 'number') {
    await new Promise((resolve) => setTimeout(resolve, how))
    return work()
  }
  switch (how) {
    case 'hang':
      await new Promise((resolve) => setTimeout(resolve, 20_000))
      return undefined
    case 'fail':
      throw new Error('broken for a test')
    case 'forget':
      return undefined
    case 'garbage':
      return garbage()
    case 'cut':
    case 'older':
    case null:
      return work()
  }
}

interface World {
  get(key: string, options: object): Promise<ArrayBuffer | null>
  put(key: string, value: Uint8Array, options: object): Promise<void>
}

function breakable(world: World): World {
  return {
    get: async (key, options) => {
      const garbage = (): ArrayBuffer | null => new TextEncoder().encode('1 garbage\n{}\n[]').buffer
      return spoilt((await strike('world', garbage, () => world.get(key, options))) ?? null)
    },
    put: async (key, value, options) => {
      await strike(
        'world',
        () => undefined,
        () => world.put(key, value, options),
      )
    },
  }
}

/** An entry begins with the number of its format, which has one digit. */
function spoilt(value: ArrayBuffer | null): ArrayBuffer | null {
  if (value === null || broken.world === null) return value
  if (broken.world === 'cut') return value.slice(0, -3)
  const [format = 0, ...rest] = new Uint8Array(value)
  return broken.world === 'older' ? new Uint8Array([format - 1, ...rest]).buffer : value
}

Reflect.defineProperty(globalThis, 'caches', {
  value: {
    default: {
      match: (url: string) =>
        strike<Response | undefined>(
          'cache',
          () => new Response('garbage'),
          () => platform.match(url),
        ),
      put: (url: string, response: Response) =>
        strike<unknown>(
          'cache',
          () => undefined,
          () => platform.put(url, response),
        ),
    },
  },
})

export default {
  async fetch(request: Request, env: { CACHE?: World }, context: never): Promise<Response> {
    if (new URL(request.url).pathname === '/__break') {
      Object.assign(broken, await request.json())
      return new Response()
    }
    const world = env.CACHE === undefined ? {} : { CACHE: breakable(env.CACHE) }
    return app.fetch(request, { ...env, ...world }, context)
  },
}
