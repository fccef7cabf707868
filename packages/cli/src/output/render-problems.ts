import type { PolicyProblem } from '@snowfence/policy'
import type { Palette } from './palette.ts'

/** Problems of a document, one block each: `file:line:column severity message [code]`, and what to do. */
export const renderProblems = (file: string, problems: readonly PolicyProblem[], colour: Palette): string =>
  problems
    .map(({ severity, code, message, hint, line, column }) => {
      const word = severity === 'error' ? colour.red(severity) : colour.yellow(severity)
      return `${file}:${line}:${column} ${word} ${message} ${colour.dim(`[${code}]`)}\n  ${hint}\n`
    })
    .join('')
