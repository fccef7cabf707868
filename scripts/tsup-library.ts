import { defineConfig, type Options } from 'tsup'

/** The one build of every package here: ESM with declarations, no bundled dependencies. */
export const library = (options: Options = {}) =>
  defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    dts: true,
    clean: true,
    sourcemap: true,
    ...options,
  })
