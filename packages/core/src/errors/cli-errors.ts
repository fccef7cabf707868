import type { ErrorEntry } from './error-entry.ts'

export const cliErrors = {
  ERR_CLI_USAGE: {
    message: 'the command line was not understood',
    why: 'An option or argument is missing or has the wrong form.',
    hint: 'run the command with --help for its options and examples',
    retryable: false,
  },
  ERR_CLI_FILE_UNREADABLE: {
    message: 'the file could not be read',
    why: 'It does not exist, may not be read, or holds something else than expected.',
    hint: 'check the path and the contents of the file',
    retryable: false,
  },
  ERR_IDENTITY_PORT_IN_USE: {
    message: 'the port for the development identity provider is already in use',
    why: 'Another program listens on the address that was asked for.',
    hint: 'stop the other program or choose another port',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>
