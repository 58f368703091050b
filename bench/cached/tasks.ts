import type { Samples } from '../data/samples.ts'
import { type Ask, askItem, askList, request, type Task } from '../measure/tasks.ts'

/**
 * Who reads: by hand from the database and from memory; Selvage as anonymous callers ask it, and as customers do who
 * are signed in and hand back a bookmark.
 */
const readers = ['baseline', 'memory', 'selvage', 'selvage, signed in'] as const
export type Reader = (typeof readers)[number]

/** Those of them whose answers must be hits. */
export const keepers = ['selvage', 'selvage, signed in'] as const

export function makeCachedTasks(
  samples: Samples,
  publishableKey: string,
  bookmark: string,
): readonly Task<Reader>[] {
  const task = (name: string, subjects: readonly string[], ask: (subject: string) => Ask): Task<Reader> => {
    const all = (of: (asked: Ask, authorization: string) => string): readonly string[] =>
      subjects.map((subject, index) =>
        of(ask(subject), `Bearer ${samples.customers[index % samples.customers.length]?.token}`),
      )
    const apikey = publishableKey
    return {
      name,
      requests: {
        baseline: all(({ byHand }, authorization) => request(byHand, { authorization })),
        memory: all(({ byHand }) => request(byHand, {})),
        selvage: all(({ selvage }) => request(selvage, { apikey })),
        'selvage, signed in': all(({ selvage }, authorization) =>
          request(selvage, { authorization, apikey, 'selvage-bookmark': bookmark }),
        ),
      },
    }
  }
  return [
    task('cached item by id', samples.productIds, askItem),
    task('cached list of 20', samples.categoryIds, askList),
  ]
}
