import { upperCaseAscii } from '../lexer/identifier.ts'

/**
 * The name of a stage without the path in it, which may hold anything: `@CLINIC.PUBLIC.EXPORTS`, `@~`, `@%T`.
 * An outside location keeps its scheme only: `s3://`.
 */
export const stageName = (location: string): string => {
  const scheme = /^[A-Za-z0-9]+:\/\//.exec(location)
  if (scheme !== null) return scheme[0].toLowerCase()
  const name = /^@(?:"(?:[^"]|"")*"|[^/"])*/.exec(location)?.[0] ?? '@'
  return name
    .split(/("(?:[^"]|"")*")/)
    .map((part) => (part.startsWith('"') ? part : upperCaseAscii(part)))
    .join('')
}
