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

/** Prints an error as what happened, what to do next and where it is explained; as one JSON line with `json`. */
export const printError = (error: unknown, options: { readonly json?: boolean | undefined } = {}): void => {
  if (options.json) {
    const plain = isSnowfenceError(error)
      ? {
          code: error.code,
          message: error.message,
          hint: error.hint,
          docs: error.docs,
          details: error.details,
        }
      : { code: 'ERR_UNEXPECTED', message: error instanceof Error ? error.message : String(error) }
    process.stdout.write(`${JSON.stringify({ error: plain })}\n`)
    return
  }
  const colour = paletteFor(process.stderr)
  const write = (line: string) => process.stderr.write(`${line}\n`)
  if (!isSnowfenceError(error)) {
    write(
      `${colour.red('error')}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return
  }
  write(`${colour.red('error')} ${colour.bold(error.code)}: ${error.message}`)
  const problems = Array.isArray(error.details.problems) ? error.details.problems.filter(isPlacedProblem) : []
  for (const { line, column, message } of problems) {
    write(`  ${line === undefined ? '' : `${line}:${column ?? 1} `}${message}`)
  }
  write(`  ${colour.cyan('next')}: ${error.hint}`)
  write(`  ${colour.dim(`see ${error.docs}`)}`)
}
