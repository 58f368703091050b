import { expect, test, vi } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { Failure, parseFlags, parsePort, run, usage } from '../../src/cli/command.ts'

const command = { name: 'npm run x', flags: { port: { placeholder: 'N' }, fresh: {} } }
const line = 'Usage: npm run x -- [--port N] [--fresh]'

test('flags are strings or switches', () => {
  expect(parseFlags(command, ['--port', '1', '--fresh'])).toEqual({ port: '1', fresh: true })
  expect(parseFlags(command, [])).toEqual({})
  expect(usage(command)).toBe(line)
})

test.each([
  ['an unknown flag', ['--nope'], "Unknown option '--nope'"],
  ['a word', ['extra'], "Unexpected argument 'extra'"],
  ['no value', ['--port'], "Option '--port <value>' argument missing"],
  ['a value for a switch', ['--fresh=1'], "Option '--fresh' does not take an argument"],
])('%s is one line with the usage', (_, args, message) => {
  expect(() => parseFlags(command, args)).toThrow(new Failure(`${message}. ${line}`))
})

test('a port is a number from 1 to 65535', () => {
  expect(parsePort('8787')).toBe(8787)
  for (const bad of ['0', '65536', 'x', '1.5', '-1', '']) expect(() => parsePort(bad)).toThrow(Failure)
})

test('what can be mended is one line that says how, and exit status 1', async () => {
  const told = vi.spyOn(console, 'error').mockReturnValue()
  const problem = new Problem('UNAVAILABLE_CONFIGURATION', { message: 'It is not set.', hint: 'Set it.' })
  for (const error of [problem, new Failure('Which?')]) {
    await run(() => Promise.reject(error))
    expect(process.exitCode).toBe(1)
  }
  process.exitCode = 0
  expect(told.mock.calls).toEqual([['It is not set. Set it.'], ['Which?']])
  told.mockRestore()
})
