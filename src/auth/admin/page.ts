import { Problem } from '../../base/problem.ts'
import type { AuthContext } from '../context.ts'

/** Which part of a list is asked for. */
export interface Page {
  /** From 1. */
  readonly number: number
  readonly size: number
}

const defaultSize = 50
const largestSize = 1_000

/** `?page=&per_page=`: an empty one says nothing, as auth-js sends it. @throws Problem validation_failed */
export function pageOf(context: AuthContext): Page {
  const read = (name: string, otherwise: number, most: number): number => {
    const given = context.req.query(name) ?? ''
    if (given === '') return otherwise
    const value = /^\d{1,9}$/.test(given) ? Number(given) : 0
    if (value >= 1 && value <= most) return value
    throw new Problem('validation_failed', { message: `${name} must be a number from 1 to ${most}.` })
  }
  return { number: read('page', 1, 1_000_000), size: read('per_page', defaultSize, largestSize) }
}

export function offsetOf({ number, size }: Page): number {
  return (number - 1) * size
}

/** `Link` (RFC 8288) and `X-Total-Count`, as auth-js reads them: the page is the first parameter. */
export function pageHeaders(context: AuthContext, page: Page, total: number): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / page.size))
  const { settings } = context.get('server')
  const path = context.req.path.slice(context.req.path.indexOf('/auth/v1'))
  const link = (number: number, rel: string) =>
    `<${settings.apiUrl}${path}?page=${number}&per_page=${page.size}>; rel="${rel}"`
  const links = [...(page.number < last ? [link(page.number + 1, 'next')] : []), link(last, 'last')]
  return { link: links.join(', '), 'x-total-count': String(total), 'cache-control': 'no-store' }
}
