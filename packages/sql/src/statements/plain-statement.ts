import type { Classification } from '../classify/classify.ts'
import { refuseSessionParameter, sessionParameters } from '../classify/session-parameters.ts'
import { foldIdentifier } from '../lexer/identifier.ts'
import type { Lexed, Token } from '../lexer/token.ts'
import { Refusal } from '../refusal.ts'
import type { Findings } from '../resolve/findings.ts'
import { sessionAssignments } from './session-assignments.ts'
import { stageName } from './stage-name.ts'
import { reportWithoutOutputs, type StatementReport } from './statement-report.ts'

interface SessionNames {
  readonly database: string | null
  readonly schema: string | null
}

type PlainForm = (lexed: Lexed, findings: Findings, names: SessionNames) => void

/**
 * Statements that are words, names and literals only. They are read by the lexer, without the parser, which knows
 * a part of them; what is more than words, names and literals is refused, so nothing can hide in them.
 */
export const summarizePlain = (
  lexed: Lexed,
  { kind, effects }: Classification,
  findings: Findings,
  names: SessionNames,
): StatementReport | null => {
  const check = plainForms.get(kind) ?? (/^(?:show|describe)(?:-|$)/.test(kind) ? checkMetadata : undefined)
  if (check === undefined) return null
  check(lexed, findings, names)
  return reportWithoutOutputs(kind, effects)
}

const refuseToken = (token: Token | undefined): never => {
  throw new Refusal(
    'unknown-syntax',
    token === undefined ? {} : { place: { kind: 'offset', offset: token.start } },
  )
}

/** Lets only these tokens pass. A semicolon may stand at the end alone. */
const checkTokens = (
  { text, tokens }: Lexed,
  kinds: ReadonlySet<string>,
  operators: ReadonlySet<string>,
): void => {
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'operator') {
      const symbol = text.slice(token.start, token.end)
      const isEnd = symbol === ';' && tokens.slice(index).every(({ start }) => text[start] === ';')
      if (!isEnd && symbol === ';')
        throw new Refusal('multiple-statements', { place: { kind: 'offset', offset: token.start } })
      if (!isEnd && !operators.has(symbol)) refuseToken(token)
    } else if (!kinds.has(token.kind)) refuseToken(token)
  }
}

const NAMES = new Set(['word', 'quoted'])
const NAMES_AND_LITERALS = new Set([...NAMES, 'string', 'number'])
const DOT = new Set(['.'])
const SIGNATURE = new Set(['.', '(', ')', ',', '=', '-'])
const ASSIGNMENT = new Set(['=', ','])
const STAGE_OPTIONS = new Set(['=', ',', '(', ')', '.'])
const STAGES = new Set([...NAMES_AND_LITERALS, 'stage', 'file'])

const checkMetadata: PlainForm = (lexed) => {
  const second = lexed.tokens[1]
  const word = second === undefined ? '' : lexed.text.slice(second.start, second.end).toUpperCase()
  if (word === 'RESULT')
    throw new Refusal('function-refused', {
      detail: 'RESULT',
      because: { because: 'describes the result of another statement', hint: 'describe the tables instead' },
    })
  checkTokens(lexed, NAMES_AND_LITERALS, SIGNATURE)
}

const checkUse: PlainForm = (lexed) => checkTokens(lexed, NAMES, DOT)

const refuseParameter = (
  { start, end }: Token,
  text: string,
  explained: { readonly message: string; readonly hint: string } | null,
): never => {
  const known = sessionParameters.has(foldIdentifier(text.slice(start, end)))
  throw new Refusal('session-parameter-refused', {
    place: { kind: 'offset', offset: start },
    ...(explained === null || !known ? {} : { explained }),
  })
}

const checkAlterSession: PlainForm = (lexed) => {
  checkTokens(lexed, NAMES_AND_LITERALS, ASSIGNMENT)
  for (const { token, name, value } of sessionAssignments(lexed)) {
    if (!sessionParameters.has(name)) refuseParameter(token, lexed.text, null)
    const refused = value === null ? null : refuseSessionParameter(name, value)
    if (refused !== null) refuseParameter(token, lexed.text, refused)
  }
}

const checkUnset: PlainForm = (lexed, findings) => {
  checkTokens(lexed, NAMES, new Set(['(', ')', ',']))
  const { text, tokens } = lexed
  for (const { kind, start, end } of tokens.slice(1)) {
    if (kind !== 'operator') findings.variables.add(foldIdentifier(text.slice(start, end)))
  }
}

type Place = 'stage' | 'file'

/**
 * PUT, GET, LIST and REMOVE: what is moved stands at fixed places, and only `NAME = value` may follow. A stage in any
 * other place, such as the text of a PATTERN, is not the one that is touched.
 */
const checkStages =
  (places: readonly Place[]): PlainForm =>
  (lexed, findings, names) => {
    checkTokens(lexed, STAGES, STAGE_OPTIONS)
    const { text, tokens } = lexed
    // A driver tells a transfer by its first letters, so it must not be led by anything else.
    if (text.slice(0, tokens[0]?.start ?? 0).trim() !== '') refuseToken(tokens[0])
    for (const [index, place] of places.entries()) {
      const token = tokens[index + 1]
      const location = token === undefined ? null : locationOf(text.slice(token.start, token.end), token.kind)
      if (location === null) refuseToken(token)
      else if (place === 'stage') findings.stages.add(stageName(location, names))
      else if (!/^file:\/\//i.test(location)) refuseToken(token)
    }
    checkAssignments(text, tokens.slice(places.length + 1))
  }

/** `NAME = value` any number of times, and semicolons behind. */
const checkAssignments = (text: string, tokens: readonly Token[]): void => {
  const isEnd = (token: Token): boolean => text[token.start] === ';'
  const options = tokens.filter((token) => !isEnd(token))
  for (const [index, { kind, start, end }] of options.entries()) {
    const isRight =
      index % 3 === 1
        ? text.slice(start, end) === '='
        : kind === 'word' || (index % 3 === 2 && isLiteral(kind))
    if (!isRight) refuseToken(options[index])
  }
  if (options.length % 3 !== 0) refuseToken(options.at(-1))
}

const isLiteral = (kind: Token['kind']): boolean => kind === 'string' || kind === 'number'

const locationOf = (written: string, kind: Token['kind']): string | null => {
  if (kind === 'stage' || kind === 'file') return written
  return kind === 'string' && written.startsWith("'") ? written.slice(1, -1) : null
}

const plainForms: ReadonlyMap<string, PlainForm> = new Map([
  ['use', checkUse],
  ['use-role', checkUse],
  ['use-secondary-roles', checkUse],
  ['alter-session', checkAlterSession],
  ['unset', checkUnset],
  ['put', checkStages(['file', 'stage'])],
  ['get', checkStages(['stage', 'file'])],
  ['list', checkStages(['stage'])],
  ['remove', checkStages(['stage'])],
])
