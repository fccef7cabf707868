import type { Driver, DriverConfigureOptions } from './snowflake-driver.ts'

const settings = ['logLevel', 'logFilePath', 'additionalLogToConsole', 'customLogger'] as const

let chosen: DriverConfigureOptions = { logLevel: 'OFF' }

/** Remembers what a program chose for the driver's log, where it chose anything. */
export const rememberLogging = (options: Readonly<Record<string, unknown>>): void => {
  const given = settings.filter((name) => options[name] !== undefined && options[name] !== null)
  if (given.length === 0) return
  chosen = { logLevel: 'ERROR', ...Object.fromEntries(given.map((name) => [name, options[name]])) }
}

/**
 * Puts the driver's log back to what was chosen, which is off. The driver's first login turns it on again where
 * SF_CLIENT_CONFIG_FILE or a configuration file in the home directory says so, at levels at which it writes raw values.
 */
export const restoreLogging = (driver: Driver): void => {
  driver.configure({ ...chosen })
}
