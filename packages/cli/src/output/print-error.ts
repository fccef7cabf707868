import { isSnowfenceError } from '@snowfence/core'
import { paletteFor } from './palette.ts'

/** A problem of a checked document, with its place. */
interface PlacedProblem {
  readonly line?: number
  readonly column?: number
  readonly message: string
}

const isPlacedProblem = (value: unknown): value is PlacedProblem =>
  typeof value === 'object' && value !== null && typeof (value as PlacedProblem).message === 'string'

interface ToldError {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly docs: string
  readonly details: Readonly<Record<string, unknown>>
}

/** What an error tells: Snowfence's own, or a refusal of the governed connection, which has the driver's shape. */
const readToldError = (error: unknown): ToldError | null => {
  if (isSnowfenceError(error)) return error
  if (!(error instanceof Error)) return null
  // Read by its shape: importing the SDK loads the driver, which most commands never need.
  const { snowfenceCode: code, reason, hint } = error as Error & Partial<Record<string, unknown>>
  if (typeof code !== 'string' || typeof reason !== 'string' || typeof hint !== 'string') return null
  return { code, message: reason, hint, docs: `docs/errors/${code}.md`, details: {} }
}

/** An error of the driver's own, such as a warehouse that cannot be reached: the governed connection gives each this method. */
const isDriverError = (error: unknown): error is Error => error instanceof Error && 'externalize' in error
const driverHint = ({ message }: Error): string =>
  message.includes('Invalid OAuth access token')
    ? "Snowflake refused the lease of the broker: its integration must name the broker's `publicUrl` as issuer, and every replica must have that `publicUrl`"
    : 'check the account, `--access-url` (SNOWFLAKE_ACCESS_URL), and that Snowflake answers there'

/** Prints an error as what happened, what to do next and where it is explained; as one JSON line with `json`. */
export const printError = (error: unknown, options: { readonly json?: boolean | undefined } = {}): void => {
  const told = readToldError(error)
  if (options.json) {
    const plain = told
      ? { code: told.code, message: told.message, hint: told.hint, docs: told.docs, details: told.details }
      : {
          code: 'ERR_UNEXPECTED',
          message: error instanceof Error ? error.message : String(error),
          ...(isDriverError(error) ? { hint: driverHint(error) } : {}),
        }
    process.stdout.write(`${JSON.stringify({ error: plain })}\n`)
    return
  }
  const colour = paletteFor(process.stderr)
  const write = (line: string) => process.stderr.write(`${line}\n`)
  if (isDriverError(error) && told === null) {
    write(`${colour.red('error')}: Snowflake's driver failed: ${error.message}`)
    write(`  ${colour.cyan('next')}: ${driverHint(error)}`)
    return
  }
  if (told === null) {
    write(
      `${colour.red('error')}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return
  }
  write(`${colour.red('error')} ${colour.bold(told.code)}: ${told.message}`)
  const problems = Array.isArray(told.details.problems) ? told.details.problems.filter(isPlacedProblem) : []
  for (const { line, column, message } of problems) {
    if (line === undefined && told.message.includes(message)) continue
    write(`  ${line === undefined ? '' : `${line}:${column ?? 1} `}${message}`)
  }
  write(`  ${colour.cyan('next')}: ${told.hint}`)
  write(`  ${colour.dim(`see ${told.docs}`)}`)
}
