import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { watch } from '../harness/watchdog.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder in which `setup` has unpacked Chromium. */
    chromium: string
  }
}

const unpack = `const { default: chromium } = await import('@sparticuz/chromium'); await chromium.executablePath()`

/** Runs in Node, once: unpacks the Chromium that came with `npm ci`, with its libraries and its font. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.arch !== 'x64')
    throw new Error(
      `The browser suite needs an x64 machine: @sparticuz/chromium has none for ${process.arch}.`,
    )
  const folder = await mkdtemp(join(tmpdir(), 'selvage-browser-'))
  const watchdog = watch(folder)
  const stop = async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    await watchdog.release()
  }
  try {
    // A process of its own: the package unpacks to TMPDIR, and its libraries only where it believes to be on Lambda.
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpack], {
      env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' },
    })
    await writeFile(join(folder, 'fonts.conf'), fontConfiguration(folder))
    project.provide('chromium', folder)
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

/** One font on every machine, so that widths are the same. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>
`
}
