import type { ColumnFlow, Observation } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { checkPolicy, parsePolicy } from '../check/check-policy.ts'
import { flow, observe, output, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const written = (event: string, more = '') => `
version: 1
unclassified: withhold
${more}
classes:
  birth: { mask: year, functions: { YEAR: year }, identifier: birth-date }
  event: { mask: year, ${event}, identifier: date }
resources:
  - table: C.P.STAYS
    subject: PATIENT
    columns: { PATIENT: clear, WARD: clear, BORN: birth, BEGAN: event, ENDED: event }
rules:
  - { id: all, effect: permit, actions: [select], resources: [C.P.*] }
`
const open = parsePolicy(written('forms: [YEAR, STAY]'))
const masked = parsePolicy(written('functions: { YEAR: year }, forms: [YEAR]', 'profile: safe-harbor'))
const ward = output(flow('C.P.STAYS.WARD'))

/** Whether a statement may group by something that is made of a column. */
const groups = (column: string, made: Partial<Observation>, policy = open) => {
  const observation = { ...observe(`C.P.STAYS.${column}`, 'part', 'group'), ...made }
  return evaluate(policy, request(statement({ outputs: [ward], observations: [observation] }))).decision
}
const maskOf = (column: string, made: Partial<ColumnFlow>, policy = open) => {
  const flows = [{ ...flow(`C.P.STAYS.${column}`, 'derived'), ...made }]
  return (
    evaluate(policy, request(statement({ outputs: [output(flows, 'X')] }))).columns[0]?.mask?.kind ?? null
  )
}

describe('a form that is known', () => {
  it('may steer the result, and so may what is computed from it', () => {
    expect(groups('BEGAN', { functions: ['YEAR'] })).toBe('allow')
    expect(groups('BEGAN', { functions: ['=', 'YEAR'], first: ['YEAR'], chosen: true })).toBe('allow')
    expect(groups('BORN', { functions: ['YEAR'] })).toBe('deny')
  })

  it('is none where another function takes the stored value', () => {
    expect(groups('BEGAN', { functions: ['DATEADD', 'YEAR'], first: ['DATEADD'] })).toBe('deny')
    expect(groups('BEGAN', { functions: ['=', 'YEAR'], first: ['=', 'YEAR'] })).toBe('deny')
    expect(groups('BEGAN', { functions: ['TIMEZONE', 'YEAR'], first: ['TIMEZONE', 'YEAR'] })).toBe('deny')
    expect(groups('BEGAN', { functions: ['=', 'YEAR'] })).toBe('deny')
    expect(groups('BEGAN', {})).toBe('deny')
  })

  it('is shown, or under the mask that its class gives it, and a number of forms is shown', () => {
    expect(maskOf('BEGAN', { functions: ['YEAR'] })).toBeNull()
    expect(maskOf('BEGAN', { functions: ['+', 'YEAR'], first: ['YEAR'] })).toBeNull()
    expect(maskOf('BEGAN', { functions: ['YEAR'] }, masked)).toBe('year')
    expect(maskOf('BEGAN', { functions: ['MIN', 'YEAR'], first: ['YEAR'] }, masked)).toBe('year')
    expect(maskOf('BEGAN', { functions: ['COUNT DISTINCT', 'YEAR'], first: ['YEAR'] }, masked)).toBeNull()
    expect(maskOf('BEGAN', { functions: ['+', 'YEAR'], first: ['YEAR'] }, masked)).toBe('withhold')
    expect(maskOf('BORN', { functions: ['MIN', 'YEAR'], first: ['YEAR'] })).toBe('withhold')
  })

  it('of two dates is of one row: where rows of a table meet it is not known', () => {
    const days = output(
      [flow('C.P.STAYS.BEGAN', 'derived', ['STAY']), flow('C.P.STAYS.ENDED', 'derived', ['STAY'])],
      'DAYS',
    )
    const read = (occurrences: number, acrossRows: string[][] = []) =>
      evaluate(
        open,
        request(
          statement({
            outputs: [days],
            reads: [{ table: 'C.P.STAYS', columns: ['BEGAN', 'ENDED'], occurrences }],
            acrossRows,
          }),
        ),
      ).columns[0]?.mask?.kind ?? null
    expect(read(1)).toBeNull()
    expect(read(2)).toBe('withhold')
    expect(read(1, [['C.P.STAYS.WARD']])).toBe('withhold')
  })

  it('must meet the profile of its policy', () => {
    const { problems } = checkPolicy(written('forms: [YEAR]', 'profile: safe-harbor'))
    expect(problems.map(({ code }) => code)).toContain('profile-not-met')
  })
})

it('a statement without a table asks nobody, whatever the rules about tables ask', () => {
  const policy = parsePolicy(`
version: 1
unclassified: withhold
groups: [office]
rules:
  - { id: notes, effect: permit, actions: [select], resources: [C.P.*], approval: { approvers: { groups: [office] } } }
`)
  expect(evaluate(policy, request(statement()))).toMatchObject({
    decision: 'allow',
    approval: null,
    rules: ['notes'],
  })
  const read = statement({ outputs: [ward], reads: [{ table: 'C.P.STAYS', columns: ['WARD'] }] })
  expect(evaluate(policy, request(read)).decision).toBe('needs-approval')
})
