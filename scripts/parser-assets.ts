import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

// A package is built in its own folder.
const sqlFolder = path.resolve('..', 'sql')
const parserEntry = createRequire(path.join(sqlFolder, 'package.json')).resolve('@guanmingchiu/sqlparser-ts')
const parserFile = path.join(parserEntry, '..', '..', 'wasm', 'sqlparser_rs_wasm_bg.wasm')

/**
 * Makes the parser's WebAssembly a file of the package that is built, and has its code read that file.
 *
 * @param published - what stands in for `packages/sql/src/parser/parser-files.ts`
 */
export const parserAsset = (published: string): Plugin => ({
  name: 'parser-asset',
  setup: (build) => {
    build.onResolve({ filter: /\/parser-files\.ts$/ }, () => ({ path: path.resolve(published) }))
    build.onEnd(async () => {
      await mkdir('dist', { recursive: true })
      await copyFile(parserFile, path.join('dist', 'sqlparser.wasm'))
    })
  },
})

/** Makes `embedded:parser` the parser's WebAssembly, compressed, and `embedded:parse-worker` the code of its thread, as text. */
export const embeddedParser = (): Plugin => ({
  name: 'embedded-parser',
  setup: (build) => {
    const worker = path.join(sqlFolder, 'src', 'parser', 'parse-worker.ts')
    build.onResolve({ filter: /^embedded:parse-worker$/ }, () => ({ path: worker, suffix: '?text' }))
    build.onResolve({ filter: /^embedded:parser$/ }, () => ({ path: parserFile, suffix: '?br' }))
    build.onLoad({ filter: /\.wasm$/ }, async () => {
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 }
      const contents = await promisify(brotliCompress)(await readFile(parserFile), { params })
      return { contents, loader: 'binary' }
    })
    build.onLoad({ filter: /parse-worker\.ts$/ }, async ({ suffix }) => {
      if (suffix !== '?text') return null
      const { outputFiles } = await build.esbuild.build({
        entryPoints: [worker],
        bundle: true,
        write: false,
        format: 'cjs',
        platform: 'node',
        target: 'node22',
        ...(build.initialOptions.conditions ? { conditions: build.initialOptions.conditions } : {}),
      })
      return { contents: outputFiles[0]?.text ?? '', loader: 'text' }
    })
  },
})
