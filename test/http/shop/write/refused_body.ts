import type { Scenario } from '../../../harness/scenario.ts'

export const orders = '/rest/v1/orders'

/** A body that is refused before the trip. */
export function refused(name: string, body: string, status: number, code: string, headers = {}): Scenario {
  return { name, as: 'ada', url: orders, body, headers, status, contains: [`"code":"${code}"`], trips: 0 }
}

export const json = (name: string, body: string, code = 'PGRST102') => refused(name, body, 400, code)
