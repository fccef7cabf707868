import { digestOf, type RefusalReason, type StatementSummary } from '@snowfence/core'
import type { Analysis, AnalyzeOptions } from './analysis.ts'
import { classify } from './classify/classify.ts'
import { explainRefusal } from './dialect/explain-refusal.ts'
import { fingerprintOf } from './lexer/fingerprint.ts'
import { lex } from './lexer/lex.ts'
import { findExceededLimit, limits } from './lexer/limits.ts'
import { nameCharacter } from './lexer/name-character.ts'
import { findEscapedName } from './lexer/name-strings.ts'
import { redactLexed } from './lexer/redact-text.ts'
import { stripComments } from './lexer/strip-comments.ts'
import { TextPositions } from './lexer/text-position.ts'
import type { Lexed, LexProblem } from './lexer/token.ts'
import type { SqlParser } from './parser/sql-parser.ts'
import { Refusal } from './refusal.ts'
import { summarizeStatement } from './statements/summarize-statement.ts'

/** The whole way of one text, in order. */
export const analyzeText = (parser: SqlParser, text: string, options: AnalyzeOptions): Analysis => {
  if (text.length > limits.bytes) return refuseLargeText(text)
  const lexed = lex(text)
  const executableText = stripComments(lexed)
  const classification = classify(lexed)
  const facts = {
    text: redactLexed(lexed, options.catalog),
    fingerprint: fingerprintOf(lexed),
    digest: digestOf(executableText),
  }
  const unsupported = (refusal: Refusal): StatementSummary => ({
    status: 'unsupported',
    ...classification,
    reason: reasonOf(refusal, text),
    ...facts,
  })
  try {
    const problem = findExceededLimit(lexed) ?? lexed.problem ?? findEscapedName(lexed)
    if (problem !== null) throw refuseProblem(problem, text)
    const summary = summarizeStatement({ parser, lexed, executableText, classification, facts, options })
    return { summary, executableText }
  } catch (error) {
    // Anything unforeseen is a refusal too: a fault in the analysis must never let a statement pass.
    const refusal = error instanceof Refusal ? error : new Refusal('analysis-failed')
    const { missing } = refusal
    return {
      summary: unsupported(explained(refusal, lexed)),
      executableText,
      ...(missing.length > 0 && { missing }),
    }
  }
}

/** A fault while explaining must not become one of the analysis. */
const explained = (refusal: Refusal, lexed: Lexed): Refusal => {
  try {
    return explainRefusal(refusal, lexed)
  } catch {
    return refusal
  }
}

const refuseProblem = ({ code, offset }: LexProblem, text: string): Refusal => {
  const named = code === 'unreadable-character' ? nameCharacter(text, offset) : code
  return new Refusal(named, { place: { kind: 'offset', offset } })
}

/** A text beyond the limit is not even lexed to its end: its first words tell what it is. */
const refuseLargeText = (text: string): Analysis => ({
  summary: {
    status: 'unsupported',
    ...classify(lex(text.slice(0, 1_000))),
    reason: reasonOf(new Refusal('text-too-large'), ''),
    text: '?',
    fingerprint: digestOf('?'),
    digest: digestOf(text),
  },
  executableText: '',
})

const reasonOf = (refusal: Refusal, text: string): RefusalReason => {
  const positions = new TextPositions(text)
  const { place } = refusal
  const { line, column } =
    place === null
      ? { line: 1, column: 1 }
      : place.kind === 'offset'
        ? positions.positionAt(place.offset)
        : { line: Math.max(1, place.line), column: Math.max(1, place.column) }
  return { code: refusal.code, message: refusal.text, hint: refusal.hint, line, column }
}
