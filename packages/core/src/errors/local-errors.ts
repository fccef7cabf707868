import type { ErrorEntry } from './error-entry.ts'

export const localErrors = {
  ERR_LOCAL_PORT_IN_USE: {
    message: 'the port for the local Snowflake is already in use',
    why: 'Another program listens on the address that was asked for.',
    hint: 'stop the other program or choose another port',
    retryable: true,
  },
  ERR_LOCAL_DATA_CORRUPT: {
    message: 'the data directory of the local Snowflake could not be opened',
    why: 'The database file is damaged or was written by something else.',
    hint: 'delete the directory to start from the sample data again',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>
