import { isThere, type Row, tableOf } from '../world.ts'
import type { Scene } from './before.ts'
import type { Draft } from './draft.ts'
import { rulesOf } from './rules.ts'

export type Action = 'creates' | 'changesFrom' | 'changesTo' | 'deletes'

/** Whether someone may do something to a row, as the tables are. */
export function judged(scene: Scene, name: string, action: Action, row: Row, { data }: Draft): boolean {
  if (scene.who.kind === 'service') return true
  return rulesOf(scene.rules, name)[action](scene.who)?.(row, data) ?? false
}

/** Whether someone may read a row, if it is there. */
export function mayRead({ world, who }: Scene, name: string, row: Row, { data }: Draft): boolean {
  return who.kind === 'service' || (isThere(world, name, who) && tableOf(world, name).sees(row, who, data))
}
