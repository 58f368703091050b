import { beforeAll, describe, expect, test } from 'vitest'
import { send } from '../../../harness/request.ts'

/** The document and the server say the same: what is listed is served, and what is not is refused. */

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const documentOf = async (as: string): Promise<Document> =>
  JSON.parse((await send({ as, url: '/openapi.json' })).text)

let all: Document
beforeAll(async () => {
  all = await documentOf('service')
})

/** What touches no row, whoever sends it. */
function harmless(path: string, method: string): { readonly url: string; readonly body?: unknown } {
  if (path.includes('/rpc/')) return { url: path, body: {} }
  if (path.endsWith('/{id}')) {
    const url = path.replace('{id}', path.includes('product_tags') ? 'none,none' : 'none')
    return method === 'delete' ? { url } : { url, body: { nope: 1 } }
  }
  if (method === 'post') return { url: path, body: [] }
  const url = `${path}?${path.includes('product_tags') ? 'tag_id' : 'id'}=eq.none`
  return method === 'delete' ? { url } : { url, body: {} }
}

describe.each(['anon', 'ada', 'grace', 'linus', 'service'])('as %s', (as) => {
  test('what the document lists is served, and what it does not list is refused', async () => {
    const own = await documentOf(as)
    let listed = 0
    for (const [path, item] of Object.entries(all.paths)) {
      if (!path.startsWith('/rest/v1/')) continue
      for (const method of ['post', 'patch', 'put', 'delete'].filter((each) => each in item)) {
        const answer = await send({ as, method: method.toUpperCase(), ...harmless(path, method) })
        const name = `${method} ${path}: ${answer.status} ${answer.text}`
        const isRefused = [401, 403].includes(answer.status) || /PGRST20[25]/.test(answer.text)
        expect(isRefused, name).toBe(own.paths[path]?.[method] === undefined)
        listed += isRefused ? 0 : 1
      }
    }
    expect(listed).toBeGreaterThan(as === 'anon' ? -1 : 5)
  })

  test('the path of a batch works as it stands in the document', async () => {
    const answer = await send({ as, method: 'POST', url: '/rest/v1', body: [] })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('A batch is a JSON array')])
    const own = await documentOf(as)
    expect('/rest/v1' in own.paths).toBe(as !== 'anon')
  })
})
