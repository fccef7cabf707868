import { join } from 'node:path'
import { build } from 'esbuild'

/** snowflake-sdk in one file, as a program's own bundle has it. */
export const bundleDriver = async (directory: string): Promise<string> => {
  const outfile = join(directory, 'bundle.cjs')
  await build({
    stdin: { contents: "module.exports = require('snowflake-sdk')", resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    outfile,
    logLevel: 'error',
  })
  return outfile
}
