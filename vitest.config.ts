/**
 * The tests run against dist/, the code as shipped: the same bundle, loaded by Node itself, nothing transformed. So the hot loops that a
 * test times or exhausts are the ones that users run. What is stale is built first.
 */
import { configDefaults, defineConfig } from 'vitest/config';

/**
 * `npm test` runs all tests but those that begin whole programs, one after another, and change rarely. Two projects have these:
 * what the repository works with (builds, other test runners, benchmarks) ...
 */
const workshop = ['test/tools/**/*.test.ts', 'test/docs/testing.test.ts', 'test/bench/**/*.test.ts'];
/** ... and what people look at: the examples, the programs in the docs, each in a process of its own, and the page in a browser. */
const showcase = ['test/examples/**/*.test.ts', 'test/docs/examples.test.ts', 'test/broker/http/page/page.test.ts'];

export default defineConfig({
  test: {
    // `npm test` runs the first, `npm run test:workshop` and `npm run test:showcase` the others; a path given to vitest is looked for in all.
    projects: [
      {
        extends: true,
        test: {
          name: 'millrace',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...workshop, ...showcase],
        },
      },
      { extends: true, test: { name: 'workshop', include: workshop } },
      { extends: true, test: { name: 'showcase', include: showcase } },
    ],
    globalSetup: ['test/tools/current-build.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // One process for many files: to begin one for each, and to load everything anew, took as long as the tests. No test changes what others see.
    isolate: false,
    testTimeout: 15_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    server: { deps: { external: [/\/dist\//] } },
    // Hundreds of processes are begun, none of which speaks TLS with the world: where a machine names certificates of its own, each would load them all.
    env: { NODE_EXTRA_CA_CERTS: '' },
    // Tests of mappings call gc() to see that a view outlives its segment.
    execArgv: ['--expose-gc'],
    reporters: ['default'],
    // A test that forgets an assertion, or whose promise was not awaited, must not pass.
    expect: { requireAssertions: true },
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
  },
});
