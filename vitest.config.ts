import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Node is started with these too, where `import` would hold for `require` as well and load the wrong half of a package.
const conditions = ['snowfence-source']

/** Files that take a minute or more: begun last, each would run alone at the end while the other worker has nothing to do. */
const longest = [
  'test/differential/noninterference.test.ts',
  'test/fault/',
  'test/runtimes/',
  'packages/broker/src/no-secret-anywhere.test.ts',
  'packages/broker/src/waiting.test.ts',
  'packages/broker/src/http/limits.test.ts',
  'test/security/recovery/',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((part) => moduleId.includes(part))
      return place < 0 ? longest.length : place
    }
    const sorted = await super.sort(files)
    return sorted.toSorted((left, right) => rank(left) - rank(right))
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
})
