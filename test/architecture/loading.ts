import { layerOf } from './arrows.ts'
import { importsOf } from './imports.ts'
import type { Source } from './source.ts'

/**
 * What the Worker loads with `import()` is a package. Of a module of ours the bundler would wrap all that it imports in
 * functions, whether or not somebody imports that at the top as well: then nothing of it is left out that nobody uses, and
 * it takes longer to start.
 */
export function loadingFaults(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(({ path }) => layerOf(path) !== 'cli')
    .flatMap(importsOf)
    .filter(({ later, local }) => later && local)
    .map(({ place, to }) => `${place}: import() of ${to}, which is no package`)
}
