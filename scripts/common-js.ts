import { readFile } from 'node:fs/promises'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const OWN_REQUIRE = /^const require = createRequire\(import\.meta\.url\)\n/m

/**
 * Builds CommonJS of modules that make a `require` of their own: it becomes that of CommonJS, which bundlers and test
 * runners follow.
 *
 * @param ownUrl - a module that exports `ownUrl`, which stands for `import.meta.url`
 */
export const commonJs = (ownUrl: string): Plugin => ({
  name: 'common-js',
  setup: (build) => {
    build.initialOptions.define = { ...build.initialOptions.define, 'import.meta.url': 'ownUrl' }
    build.initialOptions.inject = [...(build.initialOptions.inject ?? []), ownUrl]
    build.onLoad({ filter: /[\\/]packages[\\/]\w+[\\/]src[\\/].*\.ts$/ }, async ({ path, suffix }) => {
      if (suffix !== '') return null
      const text = await readFile(path, 'utf8')
      return OWN_REQUIRE.test(text) ? { contents: text.replace(OWN_REQUIRE, ''), loader: 'ts' } : null
    })
  },
})
