import { expect } from 'vitest'
import { type Asker, send, type TestAnswer } from '../harness/request.ts'

const longestWalk = 100

/** Follows `Link: rel="next"` until there is none. Every page is one trip. */
export async function walk(as: Asker, url: string): Promise<readonly TestAnswer[]> {
  const pages: TestAnswer[] = []
  for (let next: string | null = url; next !== null; next = nextOf(pages.at(-1))) {
    const page = await send({ as, url: next })
    expect([page.status, page.trips], `${next}: ${page.text}`).toEqual([200, 1])
    pages.push(page)
    if (pages.length > longestWalk) throw new Error(`${url} does not end`)
  }
  return pages
}

export function nextOf(page: TestAnswer | undefined): string | null {
  const link = page?.headers.get('link')
  return link == null ? null : (/^<(\/rest\/v1\/[^>]+)>; rel="next"$/.exec(link)?.[1] ?? null)
}

/** The rows of all pages together. */
export function rowsOf(pages: readonly TestAnswer[]): readonly unknown[] {
  return pages.flatMap((page): unknown[] => JSON.parse(page.text))
}
