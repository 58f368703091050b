import type { Question } from '../answer.ts'
import type { Data } from '../world.ts'
import type { Drawn, Scene } from './before.ts'

/** The read that a reply is, or the one that chooses rows. */
export function readOf({ world, who }: Scene, { request }: Drawn, data: Data, chooses = false): Question {
  const { resource, root, key, reply } = request.intent
  return {
    world,
    data,
    who,
    request: {
      values: request.values,
      intent: {
        kind: 'read',
        resource,
        root: chooses ? root : { ...root, where: [] },
        format: 'json',
        nullsStripped: reply?.nullsStripped ?? false,
        count: null,
        key: chooses ? key : null,
        afterCursor: false,
      },
    },
  }
}
