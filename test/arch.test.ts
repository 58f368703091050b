import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { arrowFaults, readArrows } from './architecture/arrows.ts'
import { cycleFaults, reachFaults } from './architecture/graph.ts'
import { loadingFaults } from './architecture/loading.ts'
import { type Exceptions, folderFaults, lineFaults, topLevelFaults } from './architecture/size.ts'
import { readSources } from './architecture/source.ts'
import { gateFaults, platformFaults, silencerFaults } from './architecture/words.ts'

const root = resolve(import.meta.dirname, '..')
const src = readSources(root, ['src'])
const all = [...src, ...readSources(root, ['test', 'bench'])]

const foldersOf = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort()

/** File → reason. */
const longFiles: Exceptions = {
  'test/property/worlds/library_backend.ts': 'one world: its tables, policies and seed lie beside each other',
  'src/backend/database.types.ts': 'made by a command, one file because clients copy it',
}
/** Folder → reason. */
const largeFolders: Exceptions = {
  'src/backend': 'a file for each table of the shop, and one that a command makes',
}

test('imports follow the table of ARCHITECTURE.md, types too', () => {
  const arrows = readArrows(readFileSync(resolve(root, 'ARCHITECTURE.md'), 'utf8'))
  expect([...arrows.keys()].sort()).toEqual(foldersOf(resolve(root, 'src')))
  expect(arrowFaults(src, arrows)).toEqual([])
})

test('no import cycle', () => {
  expect(cycleFaults(src)).toEqual([])
})

test('the Worker never reaches cli/', () => {
  expect(reachFaults(src, 'src/worker.ts', 'src/cli/')).toEqual([])
})

test('the Worker never reaches the types that are for clients', () => {
  expect(reachFaults(src, 'src/worker.ts', 'src/backend/database.types.ts')).toEqual([])
})

test('only packages are loaded later', () => {
  expect(loadingFaults(src)).toEqual([])
})

test('the platform is named only by worker.ts', () => {
  expect(platformFaults(src)).toEqual([])
})

test('a gate is made by guard alone', () => {
  expect(gateFaults(src)).toEqual([])
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
