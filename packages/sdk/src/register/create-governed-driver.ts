import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import type { Options } from 'generic-pool'
import { type GovernedConnectionOptions, isHeeded } from '../connection/connection-options.ts'
import { createGovernedConnection } from '../connection/create-governed-connection.ts'
import { configure as configureDriver } from '../driver/configure-driver.ts'
import { createGovernedError } from '../driver/driver-error.ts'
import { loadDriver } from '../driver/snowflake-driver.ts'
import { createGovernedPool } from '../pool/governed-pool.ts'
import type { Environment } from './check-environment.ts'
import { readEnvironmentOptions } from './environment-options.ts'

const refuse = (member: string): never => {
  throw createGovernedError('ERR_MEMBER_REFUSED', {
    message: `\`${member}\` is refused in a governed program: it would hand out or take in a session's tokens`,
    hint: 'open a connection where the session is needed',
  })
}

/** Of the driver's settings those that are harmless; the others have no effect here, where nobody could catch an error. */
const configure = (options: Record<string, unknown>): void => {
  for (const [name, value] of Object.entries(options)) {
    try {
      configureDriver({ [name]: value })
    } catch (error) {
      if (!isSnowfenceError(error)) throw error
      process.emitWarning(error.message, { code: error.code, detail: error.hint })
    }
  }
}

const nativeTypes = ['STRING', 'BOOLEAN', 'NUMBER', 'DATE', 'OBJECT', 'ARRAY', 'MAP', 'JSON'] as const

/**
 * What a program that imports snowflake-sdk gets instead of it. Its members are the driver's; connections are governed
 * by the `SNOWFENCE_*` variables, which are read once: the program cannot change them afterwards.
 *
 * @throws SnowfenceError ERR_OPTION_REFUSED naming the variable that is missing
 */
export const createGovernedDriver = (environment: Environment) => {
  const governed = Object.freeze(readEnvironmentOptions({ ...environment }))
  const accessUrl = environment.SNOWFLAKE_ACCESS_URL
  const driver = loadDriver() as unknown as Record<string, unknown>

  /**
   * The program was written for the driver and brings a credential of its own. It is left out here, where
   * `createGovernedConnection` would refuse it: its author did not know that it would be governed.
   */
  const governedOptions = (options: unknown): GovernedConnectionOptions => {
    if (options === null || typeof options !== 'object')
      throw new SnowfenceError('ERR_OPTION_REFUSED', {
        message: 'a governed program must pass its connection options: connections.toml holds credentials',
        hint: 'call createConnection with at least `account`',
      })
    const kept = Object.entries(options).filter(([name]) => isHeeded(name))
    return {
      ...(accessUrl ? { accessUrl } : {}),
      ...Object.fromEntries(kept),
      ...governed,
    } as GovernedConnectionOptions
  }

  const members = {
    ocspModes: driver.ocspModes,
    ErrorCode: driver.ErrorCode,
    normalizeConnectionOptions: (options: Record<string, unknown>) =>
      loadDriver().normalizeConnectionOptions(options),
    createConnection: (options?: unknown) => createGovernedConnection(governedOptions(options)),
    createPool: (options?: unknown, poolOptions?: Options) =>
      createGovernedPool(governedOptions(options), poolOptions),
    deserializeConnection: (_options: unknown, _serialized: unknown): never =>
      refuse('deserializeConnection'),
    serializeConnection: (_connection: unknown): never => refuse('serializeConnection'),
    configure,
  }
  const types = nativeTypes.map((name) => [name, { value: driver[name], enumerable: false }])
  return Object.defineProperties(members, Object.fromEntries(types)) as typeof members
}
