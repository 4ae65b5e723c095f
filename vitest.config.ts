import { defineConfig } from 'vitest/config'

// Three kinds of test, in the order a reader would want them to fail: a unit beside its file, one suite that every
// store passes, and scenarios that start the real server. Order is shuffled so that no test leans on another.
export default defineConfig({
  test: {
    sequence: { shuffle: true },
    expect: { requireAssertions: true },
    // No test is one of speed: these limits only end what hangs, on a machine that is eight times slower too.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'bench/*/*.test.ts'],
          exclude: ['packages/server/src/store/conformance/**'],
        },
      },
      {
        extends: true,
        test: { name: 'conformance', include: ['packages/server/src/store/conformance/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'scenario',
          include: ['packages/*/test/**/*.test.ts'],
        },
      },
    ],
  },
})
