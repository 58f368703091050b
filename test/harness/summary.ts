import { writeSync } from 'node:fs'
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

/** Ends a run with `N passed, N failed` on the last line, and fails a run in which nothing was tested. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    )
    const count = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length
    const passed = count('passed')
    // A file that does not load, or an error outside of tests, has no test to fail.
    const broken = modules.filter((module) => module.state() === 'failed' && hasNoFailedTest(module)).length
    const failed = count('failed') + broken + errors.length
    const skipped = count('skipped', 'pending')
    if (passed + failed === 0 || reason === 'interrupted') process.exitCode = 1
    // Vitest itself, and what the tests started, still have things to say until the process ends.
    process.once('exit', (status) => {
      // Whatever makes a run fail without a test is a failure of its own: a setup that broke, nothing to test.
      const failures = status === 0 ? failed : Math.max(failed, 1)
      writeSync(1, `\n${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
    })
  }
}

function hasNoFailedTest(module: TestModule): boolean {
  return module.children.allTests('failed').next().done === true
}
