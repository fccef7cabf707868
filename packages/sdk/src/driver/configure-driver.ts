import { SnowfenceError } from '@snowfence/core'
import { captureCallerContext, inContextOf } from './driver-context.ts'
import { rememberLogging } from './driver-logging.ts'
import { type DriverConfigureOptions, loadDriver } from './snowflake-driver.ts'

/**
 * Process-wide settings of the driver that a governed program may change.
 *
 * Not among them: VARIANT parsers, which would be handed raw values before any mask; levels of logging below ERROR,
 * at which the driver writes raw values (a NUMBER beyond 2^53, at WARN) and SQL; and anything that weakens TLS.
 */
const allowed: { readonly [name: string]: (value: unknown) => boolean } = {
  logLevel: (value) => typeof value === 'string' && /^(OFF|ERROR)$/i.test(value),
  logFilePath: (value) => typeof value === 'string',
  additionalLogToConsole: (value) => typeof value === 'boolean',
  customLogger: (value) => typeof value === 'object' && value !== null,
  ocspFailOpen: (value) => value === false,
  disableOCSPChecks: (value) => value === false,
  keepAlive: (value) => typeof value === 'boolean',
  useEnvProxy: (value) => typeof value === 'boolean',
  crlDownloadTimeout: (value) => typeof value === 'number',
  crlDownloadMaxSize: (value) => typeof value === 'number',
  crlCacheValidityTime: (value) => typeof value === 'number',
  crlCacheDir: (value) => typeof value === 'string',
}

interface ErrorLogger {
  error?(...message: unknown[]): void
}

/** A logger that is given the driver's errors and nothing else. */
const onlyErrors = (logger: ErrorLogger) => {
  const ignore = (): void => {}
  const caller = captureCallerContext()
  return {
    error: (...message: unknown[]) => inContextOf(caller, () => logger.error?.(...message)),
    warn: ignore,
    info: ignore,
    debug: ignore,
    trace: ignore,
  }
}

/**
 * snowflake-sdk's `configure`, with the settings that would open a way around refused.
 *
 * @throws SnowfenceError ERR_OPTION_REFUSED
 */
export const configure = (options: DriverConfigureOptions = {}): void => {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null)
  for (const [name, value] of given) {
    if (Object.hasOwn(allowed, name) && allowed[name]!(value)) continue
    throw new SnowfenceError('ERR_OPTION_REFUSED', {
      message: `the driver setting \`${name}\` is refused, or has a value that is, in a governed program`,
      hint:
        name === 'logLevel' ? 'use OFF or ERROR: below, the driver logs raw values' : `remove \`${name}\``,
    })
  }
  const settings = Object.fromEntries(given) as Record<string, unknown>
  if (settings.customLogger) settings.customLogger = onlyErrors(settings.customLogger as ErrorLogger)
  rememberLogging(settings)
  loadDriver().configure(settings as DriverConfigureOptions)
}
