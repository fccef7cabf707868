import { pathToFileURL } from 'node:url'

/**
 * The address of the published file, which is CommonJS and has no `import.meta.url`. A bundler may take away the name of
 * the file; then the root stands in, where none of this package's files are.
 */
export const ownUrl = typeof __filename === 'string' ? pathToFileURL(__filename).href : 'file:///'
