import { defineConfig } from 'vitest/config'

// Node is started with these too, where `import` would hold for `require` as well and load the wrong half of a package.
const conditions = ['snowfence-source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
})
