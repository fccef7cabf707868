import type { ErrorEntry } from './error-entry.ts'

export const sqlErrors = {
  ERR_SQL_ENGINE_FAILED: {
    message: 'the SQL parser could not be started',
    why: 'The parser is a WebAssembly module and could not be loaded.',
    hint: 'check that the installation is complete',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>
