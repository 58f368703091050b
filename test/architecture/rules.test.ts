import { describe, expect, test } from 'vitest'
import { arrowFaults, readArrows } from './arrows.ts'
import { cycleFaults, reachFaults } from './graph.ts'
import { loadingFaults } from './loading.ts'
import { folderFaults, lineFaults, topLevelFaults } from './size.ts'
import type { Source } from './source.ts'
import { gateFaults, platformFaults, silencerFaults } from './words.ts'

/** A tree of sources, by path below src/. */
function tree(files: Readonly<Record<string, string>>): readonly Source[] {
  return Object.entries(files).map(([path, text]) => ({ path: `src/${path}`, text }))
}

const arrows = readArrows(`
| folder | what is in it | may import |
|---|---|---|
| \`base/\` | hashes; \`http/\` bodies | – |
| \`auth/\` | who asks | base model |
| \`engine/\` | reads | base |
| \`cli/\` | Node only | anything |
| \`backend/\` | the shop | index.ts |
`)

describe('each rule of the architecture can fail', () => {
  const arrow = (from: string, text: string) =>
    arrowFaults(
      tree({ [from]: text, 'base/id.ts': '', 'auth/tables.ts': '', 'cli/dev.ts': '', 'index.ts': '' }),
      arrows,
    )

  test.each([
    ['import', `import { a } from '../auth/tables.ts'`],
    ['import type', `import type { A } from '../auth/tables.ts'`],
    ['import for its effect', `import '../auth/tables.ts'`],
    ['export from', `export { a } from '../auth/tables.ts'`],
    ['dynamic import', `const a = await import('../auth/tables.ts')`],
    ['type of an import', `type A = import('../auth/tables.ts').A`],
    ['typeof import', `type A = typeof import('../auth/tables.ts')`],
    ['an import of several lines', `import {\n  a,\n  type B,\n} from\n  '../auth/tables.ts'`],
  ])('a forbidden arrow as %s', (_, text) => {
    expect(arrow('base/clock.ts', text)).toEqual([
      'src/base/clock.ts:1: base must not import auth (src/auth/tables.ts)',
    ])
  })

  test('what only looks like an import is none', () => {
    expect(
      arrow('base/clock.ts', `// import '../auth/tables.ts'\nconst a = "import '../auth/tables.ts'"`),
    ).toEqual([])
  })

  test('an allowed arrow', () => {
    expect(arrow('auth/keys.ts', `import { a } from '../base/id.ts'`)).toEqual([])
  })

  test.each([
    ['a missing file', 'auth/keys.ts', `import '../base/ids.ts'`, 'there is no file src/base/ids.ts'],
    ['a way out of src', 'auth/keys.ts', `import '../../test/x.ts'`, 'test/x.ts is outside of src'],
    ['an unknown layer', 'utils/a.ts', `import '../base/id.ts'`, 'no arrow leads out of utils'],
    ['worker.ts to cli', 'worker.ts', `import './cli/dev.ts'`, 'worker.ts must not import cli'],
    ['backend past index.ts', 'backend/a.ts', `import '../base/id.ts'`, 'backend must not import base'],
    ['backend to a package', 'backend/a.ts', `import 'hono'`, 'backend must not import hono'],
    [
      'index.ts is not for the engine',
      'engine/read.ts',
      `import '../index.ts'`,
      'engine must not import index.ts',
    ],
  ])('%s', (_, from, text, fault) => {
    expect(arrow(from, text)).toEqual([expect.stringContaining(fault)])
  })

  test('backend to Drizzle and index.ts', () => {
    const text = `import { id } from '../index.ts'\nimport { eq } from 'drizzle-orm'\nimport 'drizzle-orm/sqlite-core'`
    expect(arrow('backend/a.ts', text)).toEqual([])
  })

  test('a cycle, of types too', () => {
    const sources = tree({
      'base/a.ts': `import { b } from './b.ts'`,
      'base/b.ts': `import type { C } from './c.ts'`,
      'base/c.ts': `export { a } from './a.ts'`,
      'base/d.ts': `import './a.ts'`,
    })
    expect(cycleFaults(sources)).toEqual(['src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts'])
  })

  test('the Worker reaches cli/ by a detour', () => {
    const sources = tree({
      'worker.ts': `import backend from '#backend'`,
      'backend/index.ts': `const a = () => import('./seed.ts')`,
      'backend/seed.ts': `import '../cli/dev.ts'`,
      'cli/dev.ts': '',
    })
    expect(reachFaults(sources, 'src/worker.ts', 'src/cli/')).toEqual([
      'src/worker.ts → src/backend/index.ts → src/backend/seed.ts → src/cli/dev.ts',
    ])
    expect(reachFaults(sources, 'src/gone.ts', 'src/cli/')).toEqual(['there is no file src/gone.ts'])
  })

  test.each([
    ['a module of ours', 'auth/a.ts', `const b = () => import('./b.ts')`, 1],
    ['a package', 'auth/a.ts', `const { TOTP } = await import('otpauth')`, 0],
    ['a type', 'auth/a.ts', `type B = typeof import('./b.ts')`, 0],
    ['at the top', 'auth/a.ts', `import { b } from './b.ts'`, 0],
    ['in Node', 'cli/a.ts', `const b = () => import('./b.ts')`, 0],
  ])('what is loaded later: %s', (_, path, text, faults) => {
    expect(loadingFaults(tree({ [path]: text }))).toHaveLength(faults)
  })

  test.each([
    ['engine/a.ts', `import { env } from 'cloudflare:workers'`, 1],
    ['engine/a.ts', 'export function a(cache: KVNamespace) { return cache }', 1],
    ['rest/a.ts', 'export const a = (c: { env: string }) => c.env', 1],
    ['worker.ts', `import { env } from 'cloudflare:workers'`, 0],
    ['worker.ts', 'export function a(cache: KVNamespace) { return cache }', 0],
    ['cli/dev.ts', 'export const a = process.env', 0],
  ])('the platform in %s: %s', (path, text, faults) => {
    expect(platformFaults(tree({ [path]: text }))).toHaveLength(faults)
  })

  test.each([
    ['const a: any = 1', 'src/base/a.ts:1: any'],
    ['\nconst a = b!', 'src/base/a.ts:2: non-null !'],
    [`export * from './b.ts'`, 'src/base/a.ts:1: export *'],
    [`export * as b from './b.ts'`, 'src/base/a.ts:1: export *'],
    ['// @ts-ignore\nconst a = 1', 'src/base/a.ts:1: @ts-ignore'],
    ['// @ts-expect-error\nconst a = 1', 'src/base/a.ts:1: @ts-expect-error'],
    ['\n// biome-ignore lint: because\nconst a = 1', 'src/base/a.ts:2: biome-ignore'],
  ])('a silencer: %s', (text, fault) => {
    expect(silencerFaults(tree({ 'base/a.ts': text }))).toEqual([fault])
  })

  test('words that only look like silencers are none', () => {
    expect(silencerFaults(tree({ 'base/a.ts': `const any = !b // any\nconst c = 'x as any'` }))).toEqual([])
  })

  test('a gate that is only called one', () => {
    const made = `const gate = { verdict: true } as Gate\nconst tree = bare as unknown as Guarded`
    expect(gateFaults(tree({ 'query/guard.ts': made }))).toEqual([])
    expect(gateFaults(tree({ 'sql/read.ts': made }))).toEqual([
      'src/sql/read.ts:1: as Gate',
      'src/sql/read.ts:2: as Guarded',
    ])
  })

  test('a long file, unless it is excepted; an exception that is not needed', () => {
    const sources = tree({ 'base/a.ts': 'a\n'.repeat(251), 'base/b.ts': 'b\n'.repeat(250) })
    expect(lineFaults(sources, {})).toEqual(['src/base/a.ts has 251 lines, at most 250: split it by idea'])
    expect(lineFaults(sources, { 'src/base/a.ts': 'a table' })).toEqual([])
    expect(lineFaults(sources, { 'src/base/a.ts': 'a table', 'src/base/b.ts': 'b' })).toEqual([
      'src/base/b.ts needs no exception any more',
    ])
  })

  test('a folder of too many files; its folders count for themselves', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'deep/j']
    const files = (list: readonly string[]) =>
      tree(Object.fromEntries(list.map((name) => [`base/${name}.ts`, ''])))
    expect(folderFaults(files(names), {})).toEqual([])
    expect(folderFaults(files([...names, 'k']), {})).toEqual([
      'src/base has 10 files, at most 9: give a part its own folder',
    ])
  })

  test('something new at the top', () => {
    expect(topLevelFaults(['src', '.ci', 'node_modules', 'scripts'])).toEqual([
      'scripts does not belong at the top of the repository',
    ])
  })
})
