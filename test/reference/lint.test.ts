import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import shop from '../../src/backend/index.ts'
import type { BackendDeclaration } from '../../src/declare/backend.ts'
import { backend } from '../../src/index.ts'
import fixture from '../fixture/index.ts'
import { writtenFor } from './documents.ts'

const empty = backend({ name: 'Nothing', roles: { user: [] }, defaultRole: 'user', resources: [] })

const run = promisify(execFile)
const redocly = resolve('node_modules/@redocly/cli/bin/cli.js')

test('for every audience of every backend the document passes redocly lint, with no error and no warning', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'selvage-openapi-'))
  try {
    const files = await writeAll(folder, { shop, fixture, empty })
    expect(files).toHaveLength(5 + 4 + 3)
    const config = resolve('test/reference/redocly.yaml')
    const options = ['lint', '--config', config, '--format', 'github-actions', ...files]
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    const { stdout, stderr } = await run(process.execPath, [redocly, ...options], { cwd: folder, env })
    expect(stdout).toBe('')
    expect(stderr.match(/: validated in /g)).toHaveLength(files.length)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 15_000)

async function writeAll(folder: string, backends: Readonly<Record<string, BackendDeclaration>>) {
  const documents = Object.entries(backends).flatMap(([name, each]) =>
    writtenFor(each).map((written) => [`${name}-${written.asker}.json`, written.openapi] as const),
  )
  await Promise.all(documents.map(([file, text]) => writeFile(join(folder, file), text)))
  return documents.map(([file]) => file)
}
