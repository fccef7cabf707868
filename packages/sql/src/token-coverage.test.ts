import { expect, test } from 'vitest'
import { lex } from './lexer/lex.ts'
import { Findings } from './resolve/findings.ts'
import { checkTokenCoverage } from './token-coverage.ts'

const visit = (findings: Findings, name: string, line: number, column: number) =>
  findings.visit({ name, quote: null, line, column })

test('a name that was not visited where it stands refuses the statement', () => {
  const lexed = lex('select ssn\nfrom patients')
  const findings = new Findings()
  visit(findings, 'SSN', 1, 8)
  expect(() => checkTokenCoverage(lexed, findings, new Set())).toThrow('unread-token')
  visit(findings, 'PATIENTS', 2, 6)
  expect(() => checkTokenCoverage(lexed, findings, new Set())).not.toThrow()
})

test('the same name elsewhere does not stand in for it', () => {
  const findings = new Findings()
  visit(findings, 'SSN', 1, 8)
  expect(() => checkTokenCoverage(lex('select ssn, ssn'), findings, new Set())).toThrow('unread-token')
})

test('places count code points', () => {
  const findings = new Findings()
  visit(findings, 'SSN', 1, 13)
  expect(() => checkTokenCoverage(lex("select '😀', ssn"), findings, new Set())).not.toThrow()
})

test('a key without a place is taken as often as it was met', () => {
  const findings = new Findings()
  visit(findings, 'V', 1, 8)
  findings.visitKey('ssn')
  expect(() => checkTokenCoverage(lex('select v:ssn'), findings, new Set())).not.toThrow()
  expect(() => checkTokenCoverage(lex('select v:ssn, ssn'), findings, new Set())).toThrow('unread-token')
})
