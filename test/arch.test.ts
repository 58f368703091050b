import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { arrowFaults } from './architecture/arrows.ts'
import { cycleFaults, reachFaults } from './architecture/graph.ts'
import { type Exceptions, folderFaults, lineFaults, topLevelFaults } from './architecture/size.ts'
import { readSources } from './architecture/source.ts'
import { platformFaults, silencerFaults } from './architecture/words.ts'

const root = resolve(import.meta.dirname, '..')
const src = readSources(root, ['src'])
const all = [...src, ...readSources(root, ['test', 'bench'])]

/** File → reason. */
const longFiles: Exceptions = {}
/** Folder → reason. */
const largeFolders: Exceptions = {}

test('imports follow the arrows of the design, types too', () => {
  expect(arrowFaults(src)).toEqual([])
})

test('no import cycle', () => {
  expect(cycleFaults(src)).toEqual([])
})

test('the Worker never reaches cli/', () => {
  expect(reachFaults(src, 'src/worker.ts', 'src/cli/')).toEqual([])
})

test('the platform is named only by worker.ts and the owners of bindings', () => {
  expect(platformFaults(src)).toEqual([])
})

test('no any, no non-null !, no export *, nothing that silences the compiler or the linter', () => {
  expect(silencerFaults(src)).toEqual([])
})

test('a file has at most 250 lines', () => {
  expect(lineFaults(all, longFiles)).toEqual([])
})

test('a folder of src has at most 9 files', () => {
  expect(folderFaults(src, largeFolders)).toEqual([])
})

test('the top of the repository is as it should be', () => {
  expect(topLevelFaults(readdirSync(root))).toEqual([])
})
