import { type DriverConnection, type DriverConnectionOptions, loadDriver } from './snowflake-driver.ts'

/**
 * A driver connection that is never connected. It validates options and arguments exactly as the installed driver
 * does, and answers questions that need no session. It holds no credential and nothing run on it reaches a network.
 *
 * @throws the driver's MissingParameterError and InvalidParameterError, 404xxx
 */
export const createProbeConnection = (
  options: Readonly<Record<string, unknown>>,
  { fastPath = true }: { readonly fastPath?: boolean } = {},
): DriverConnection =>
  loadDriver({ isWhole: !fastPath }).createConnection({
    ...structuredClone(options),
    username: 'probe',
    authenticator: 'OAUTH',
    token: 'none',
    // Bulk binds above the threshold would start an upload; inline binds are only validated.
    arrayBindingThreshold: Number.MAX_SAFE_INTEGER,
  } as DriverConnectionOptions)
