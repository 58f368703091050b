import { resolve } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** The Worker in workerd, with the backend of a folder, a database and secrets of its own (test/harness/setup.ts). */
const worker = (name: string, backend: string, include: readonly string[], exclude: readonly string[]) => ({
  plugins: [
    cloudflareTest(({ inject }) => ({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: { bindings: { ...inject('bindings') } },
    })),
  ],
  resolve: { alias: { '#backend': resolve(import.meta.dirname, backend) } },
  test: {
    name,
    include: [...include],
    exclude: [...exclude],
    globalSetup: ['./test/harness/setup.ts'],
    // workerd is not given the folder of Vitest's cache of modules, and cannot read what is in it.
    fsModuleCache: false,
    // One runtime for all files of a project: starting one for each takes longer than the tests in it.
    isolate: false,
    testTimeout: 20_000,
  },
})

const fixtureTests = 'test/http/fixture/**/*.test.ts'
// Files of one project share a database: what writes has one of its own, beside those that know every row of theirs.
const shopWrites = 'test/http/shop/write/**/*.test.ts'
const fixtureWrites = 'test/http/fixture/write/**/*.test.ts'
const workerTests = 'test/http/**/*.test.ts'
const browserTests = 'test/browser/**/*.test.ts'
// Several servers each: replicas, tenants, shards, the simulated world; or several isolates of a data centre.
const clusterTests = [
  ...['near', 'database/near', 'tenant', 'shard', 'world', 'cli', 'sign-in'],
  ...['cache', 'engine/keep'],
].map((folder) => `test/${folder}/**/*.test.ts`)

// Many passwords, each of which takes its time.
const signInTests = ['test/auth/**/*.test.ts', 'test/mail/**/*.test.ts']

export default defineConfig({
  test: {
    reporters: ['default', './test/harness/summary.ts'],
    // By default Vitest leaves a core free; files wait for servers more than they compute.
    maxWorkers: 2,
    projects: [
      worker('shop', './src/backend/index.ts', [workerTests], [fixtureTests, shopWrites]),
      worker('shop-write', './src/backend/index.ts', [shopWrites], []),
      worker('fixture', './test/fixture/index.ts', [fixtureTests], [fixtureWrites]),
      worker('fixture-write', './test/fixture/index.ts', [fixtureWrites], []),
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [workerTests, fixtureTests, browserTests, ...clusterTests, ...signInTests],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'auth',
          include: signInTests,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: clusterTests,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: [browserTests],
          globalSetup: ['./test/browser/setup.ts'],
          testTimeout: 30_000,
        },
      },
    ],
  },
})
