import type { SQL } from 'drizzle-orm'
import type { Limits } from '../base/limits.ts'
import { type BoundedMap, boundedMap } from '../base/memory/bounded-map.ts'
import { Problem } from '../base/problem.ts'
import type { Versions } from '../base/versions.ts'
import type { Watching } from '../database/versions.ts'
import { type Audience, audienceKey, audienceOf } from '../model/caller/audience.ts'
import { anonymous, type Caller } from '../model/caller/caller.ts'
import type { Field } from '../model/field.ts'
import type { Model } from '../model/model.ts'
import type { Resource } from '../model/resource.ts'
import { guard, guardWrite } from '../query/guard.ts'
import type { ReadIntent, Slot } from '../query/intent.ts'
import { resolve } from '../query/resolve.ts'
import type { Guarded, Tree, Ungated } from '../query/tree.ts'
import { requiredFields } from '../query/write/cells.ts'
import type { WriteIntent } from '../query/write/intent.ts'
import { resolveWrite } from '../query/write/resolve.ts'
import type { Cell, InsertTree } from '../query/write/tree.ts'
import type { Binding } from '../sql/fragment.ts'
import { type ReadStatement, readStatement } from '../sql/read.ts'
import { mostTold, sightingColumns, sightingStatement } from '../sql/record/sighting.ts'
import { type WriteStatements, writeStatements } from '../sql/write/write.ts'
import { type Keeping, keepingOf } from './keep/keeping.ts'
import { type Touching, touchingOf } from './keep/touching.ts'
import { type ShardedRead, type ShardedWrite, shardedRead, shardedWrite } from './shard/plan.ts'

/** A query of one shape for one audience, ready for values. */
export interface ReadPlan extends ReadStatement {
  /** Whether a page can say where the next one starts. */
  readonly pageable: boolean
  /** Whether its answer is to tell of versions. */
  readonly isSighted: boolean
  /** How its answers may be kept; null: not at all. */
  readonly keeping: Keeping | null
  /** Null of a resource that lies in the main database. */
  readonly shard: ShardedRead | null
}

/** A write of one shape for one audience. */
export interface WritePlan extends WriteStatements, Touching {
  readonly resource: Resource
  readonly audience: Audience
  /** What is written into a row, in the order of the cells that the statements bind. */
  readonly cells: readonly Cell[]
  /** The key that the path of an insert names. */
  readonly key: readonly { readonly field: Field; readonly value: Slot }[]
  /** What each row of the body of an insert must give. */
  readonly required: readonly Field[]
  /** Null of a resource that lies in the main database. */
  readonly shard: ShardedWrite | null
}

/** Plans by shape. They depend on the model alone, so an isolate keeps them across requests and users. */
export interface Plans {
  read(intent: ReadIntent, caller: Caller): ReadPlan
  write(intent: WriteIntent, caller: Caller): WritePlan
  /** What tells of versions after a read or a write, beyond those that are known; null: nothing is kept. */
  watching(known: Versions): Watching | null
  /** How many plans have been made. */
  readonly made: number
}

/** Bytes, all plans together: an isolate has 128 MB for everything. */
const bytesKept = 16_000_000
/** A binding is an object of about so many bytes. */
const bindingBytes = 100
/** One for each set of roles that somebody has. */
const audiencesKept = 1_000
const longestStatement = 262_144

/** `admission`: whether the caller's session stands; see `auth/admission.ts`. */
export function createPlans(model: Model, admission: SQL, limits: Limits): Plans {
  const reads = boundedMap(bytesKept / 2, readBytes)
  const writes = boundedMap(bytesKept / 2, writeBytes)
  const audiences = boundedMap<Audience>(audiencesKept)
  let made = 0
  const watched = [...model.watch.tables]
  const sighting = sightingStatement(watched)
  return {
    read(intent, caller) {
      const audience = knownAudience(audiences, model, caller)
      const shape = `${audience.key} ${shapeOf(intent)}`
      const known = reads.get(shape)
      if (known !== undefined) return known
      made += 1
      const tree = resolve(intent, model, audience)
      const { shardKey } = tree.root.resource
      const plan =
        shardKey === null
          ? wholeRead(tree, audience, intent, model, { admission, limits })
          : {
              ...shardedRead(tree, shardKey, audience, { admission, limits }),
              isSighted: false,
              keeping: null,
            }
      if (plan.text.length > longestStatement) throw tooLarge()
      reads.set(shape, plan)
      return plan
    },
    write(intent, caller) {
      const audience = knownAudience(audiences, model, caller)
      const shape = `${audience.key} ${JSON.stringify(intent)}`
      const known = writes.get(shape)
      if (known !== undefined) return known
      made += 1
      const tree = resolveWrite(intent, model, audience)
      const { resource } = tree.root
      const guarded = guardWrite(tree, audience)
      const touching = touchingOf(tree, model.watch)
      const caps = { touched: limits.touchedRows, shown: limits.rows }
      const plan: WritePlan = {
        ...writeStatements(guarded, admission, { caps, naming: touching.naming }),
        ...touching,
        resource,
        audience,
        shard: resource.shardKey === null ? null : shardedWrite(guarded, resource.shardKey, audience),
        cells: tree.kind === 'delete' ? [] : tree.cells,
        key: tree.kind === 'insert' ? tree.key : [],
        required: tree.kind === 'insert' ? requiredOf(tree, audience) : [],
      }
      if (plan.steps.some(({ text }) => text.length > longestStatement)) throw tooLarge()
      writes.set(shape, plan)
      return plan
    },
    watching(known) {
      if (watched.length === 0) return null
      return { statement: sighting(JSON.stringify(known)), tables: watched, known, most: mostTold }
    },
    get made() {
      return made
    },
  }
}

const shapes = new WeakMap<ReadIntent, string>()

/** An intent that was parsed before comes again as it is. */
function shapeOf(intent: ReadIntent): string {
  const known = shapes.get(intent)
  if (known !== undefined) return known
  const shape = JSON.stringify(intent)
  shapes.set(intent, shape)
  return shape
}

function wholeRead(
  tree: Tree,
  audience: Audience,
  intent: ReadIntent,
  model: Model,
  { admission, limits }: { readonly admission: SQL; readonly limits: Limits },
): ReadPlan {
  const guarded = guard(tree, audience)
  // What is above policies is kept nowhere.
  const isSighted = model.watch.tables.size > 0 && !audience.above
  const kept = isSighted ? keepingOfRead(guarded, model, admission, limits) : null
  const keeping = kept && { ...kept, isOpen: isOpen(kept, audience, intent, model, { admission, limits }) }
  const beside = keeping && { beside: sightingColumns(keeping.tables, keeping.part?.name ?? null) }
  return {
    ...readStatement(guarded, admission, limits.rows, beside ?? {}),
    pageable: tree.pageable,
    // With all that is not kept, too: who hands back the bookmark of one answer finds others as new as that.
    isSighted,
    keeping,
    shard: null,
  }
}

/** Whether the same request of nobody in particular is the same query. */
function isOpen(
  kept: Omit<Keeping, 'isOpen'>,
  audience: Audience,
  intent: ReadIntent,
  model: Model,
  { admission, limits }: { readonly admission: SQL; readonly limits: Limits },
): boolean {
  if (!audience.session || kept.isPrivate) return !audience.session
  const nobody = audienceOf(model.roles, anonymous)
  try {
    const open = keepingOfRead(guard(resolve(intent, model, nobody), nobody), model, admission, limits)
    // How a value of the request is read depends on its place, and the place is in the text.
    return open?.digest === kept.digest && JSON.stringify(open.bindings) === JSON.stringify(kept.bindings)
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

/** What was asked, whoever asks: whether their session stands is no part of the answer. */
function keepingOfRead(
  guarded: Guarded,
  model: Model,
  admission: SQL,
  limits: Limits,
): Omit<Keeping, 'isOpen'> | null {
  return keepingOf(guarded, readStatement({ ...guarded, session: false }, admission, limits.rows), model)
}

function readBytes(plan: ReadPlan, shape: string): number {
  const scatter = plan.shard?.scatter ?? null
  return statementBytes(plan) + (scatter === null ? 0 : statementBytes(scatter)) + 2 * shape.length
}

function writeBytes({ steps }: WritePlan, shape: string): number {
  return steps.reduce((sum, step) => sum + statementBytes(step), 2 * shape.length)
}

/** A character takes two bytes in a text with a letter beyond Latin-1. */
function statementBytes(statement: { readonly text: string; readonly bindings: readonly Binding[] }): number {
  return 2 * statement.text.length + statement.bindings.length * bindingBytes
}

/** A path gives the key. */
function requiredOf({ root, key }: InsertTree<Ungated>, audience: Audience): readonly Field[] {
  const fromPath = new Set(key.map(({ field }) => field))
  return requiredFields(root.resource, audience).filter((field) => !fromPath.has(field))
}

function tooLarge(): Problem {
  return new Problem('LIMIT_QUERY_SIZE', {
    hint: 'Each name of a spread reads its rows anew, with all of its filters: ask for fewer of them.',
  })
}

function knownAudience(audiences: BoundedMap<Audience>, model: Model, caller: Caller): Audience {
  const key = audienceKey(model.roles, caller)
  const found = audiences.get(key)
  if (found !== undefined) return found
  const audience = audienceOf(model.roles, caller)
  audiences.set(key, audience)
  return audience
}
