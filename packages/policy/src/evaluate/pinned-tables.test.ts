import type { AnalyzedStatement, TableUse } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { policyWith } from '../fixtures/policies.ts'
import { flow, observe, output, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'
import { withoutColumns, withoutTable, withoutUses } from './statement-variants.ts'

const VISITS = 'CLINIC.PUBLIC.VISITS'
const PATIENTS = 'CLINIC.PUBLIC.PATIENTS'
const limited = policyWith(`
  - { id: s, effect: permit, actions: [select], resources: [CLINIC.*], limits: { subjectsPerDay: 100 } }`)
const constants = [{ start: 40, end: 41 }]
const pinned = (table = VISITS, column = 'PATIENT'): TableUse => ({
  table,
  pins: [{ column: `${table}.${column}`, constants }],
  equals: [],
})
const loose = (table = VISITS): TableUse => ({ table, pins: [], equals: [] })
const costs = output(flow(`${VISITS}.COST`))
const read = (tableUses: TableUse[], given: Partial<AnalyzedStatement> = {}) =>
  statement({ outputs: [costs], ...given, tableUses } as Parameters<typeof statement>[0])
const decide = (summary: AnalyzedStatement) => {
  const { decision, reasons, pinnedSubjects } = evaluate(limited, request(summary))
  return { decision, codes: [...new Set(reasons.map(({ code }) => code))], pinnedSubjects }
}
const denied = { decision: 'deny', codes: ['subject-not-countable'] }

describe('a table whose subject the statement names', () => {
  it('counts, and the decision says where the statement names it', () => {
    expect(decide(read([pinned()]))).toEqual({
      decision: 'allow',
      codes: [],
      pinnedSubjects: [{ column: `${VISITS}.PATIENT`, constants }],
    })
  })

  it('is counted by its rows where the outputs show whose they are', () => {
    const outputs = [costs, output(flow(`${VISITS}.PATIENT`))]
    expect(decide(read([pinned()], { outputs }))).toEqual({
      decision: 'allow',
      codes: [],
      pinnedSubjects: undefined,
    })
  })

  it('counts in each of its uses, and with aggregates over it', () => {
    const outputs = [output(flow(`${VISITS}.COST`, 'derived', ['SUM']), 'A')]
    const reads = [{ table: VISITS, columns: ['COST', 'PATIENT'], occurrences: 2 }]
    expect(decide(read([pinned(), pinned()], { outputs, reads }))).toMatchObject({ decision: 'allow' })
    expect(decide(read([pinned(), loose()], { outputs, reads }))).toMatchObject(denied)
  })

  it('does not count by another column, or where no use of it is told', () => {
    expect(decide(read([pinned(VISITS, 'WARD')]))).toMatchObject(denied)
    expect(decide(read([pinned(PATIENTS, 'ID')]))).toMatchObject(denied)
    expect(decide(read([]))).toMatchObject(denied)
  })

  it('does not count where computing from its rows may fail, for the failure tells of rows that are left out', () => {
    const observations = [observe(`${VISITS}.COST`, 'fail', 'filter', ['/'])]
    expect(
      decide(read([pinned()], { observations: observations.map((each) => ({ ...each, by: '/' })) })),
    ).toMatchObject(denied)
    const skipping = observe(`${VISITS}.COST`, 'equality', 'filter', ['=', 'AND'])
    expect(decide(read([pinned()], { observations: [{ ...skipping, by: 'AND' }] }))).toMatchObject(denied)
  })

  it('counts where only a bind in the place of the subject may fail, or an aggregate that collects the rows that are left', () => {
    const compared = { ...observe(`${VISITS}.PATIENT`, 'fail', 'filter', ['=']), by: '=' }
    const skipped = {
      ...observe(`${VISITS}.COST`, 'equality', 'filter', ['=', 'AND']),
      by: 'AND',
      byPin: true as const,
    }
    const listed = { ...observe(`${VISITS}.COST`, 'fail', null, ['LISTAGG']), by: 'LISTAGG' }
    expect(decide(read([pinned()], { observations: [compared, skipped, listed] }))).toMatchObject({
      decision: 'allow',
    })
    // A sum of texts converts each, also of rows that are left out.
    const summed = { ...observe(`${VISITS}.COST`, 'fail', null, ['SUM']), by: 'SUM' }
    expect(decide(read([pinned()], { observations: [summed] }))).toMatchObject(denied)
    const met = { ...compared, against: [`${PATIENTS}.ID`] }
    expect(decide(read([pinned()], { observations: [met] }))).toMatchObject(denied)
  })

  it('counts with one subject more where a part of a document is converted', () => {
    const converted = { ...observe(`${VISITS}.COST`, 'fail', null, [':', 'CAST']), by: 'CAST' }
    const decision = (more: Partial<typeof converted> & object) =>
      evaluate(limited, request(read([pinned()], { observations: [{ ...converted, ...more }] })))
    expect(decision({})).toMatchObject({ decision: 'allow', mayTellOfOthers: true })
    expect(decision({ functions: [':', 'CAST', 'IFF'] })).toMatchObject({ decision: 'deny' })
    expect(decision({ by: ':' })).toMatchObject({ decision: 'deny' })
    expect(decision({ place: 'filter' })).toMatchObject({ decision: 'deny' })
    expect(evaluate(limited, request(read([pinned()])))).not.toHaveProperty('mayTellOfOthers')
  })

  it('carries over to a table that equals it by a column of the same name alone', () => {
    const bound = (to: string, table = PATIENTS): TableUse => ({
      table,
      pins: [],
      equals: [{ column: `${PATIENTS}.ID`, use: 0, to }],
    })
    const outputs = [output(flow(`${PATIENTS}.SEX`))]
    expect(decide(read([pinned(), bound(`${VISITS}.PATIENT`)], { outputs }))).toMatchObject(denied)
    expect(decide(read([pinned(), bound(`${VISITS}.ID`)], { outputs }))).toMatchObject({ decision: 'allow' })
    expect(decide(read([loose(), bound(`${VISITS}.ID`)], { outputs }))).toMatchObject(denied)
  })

  it('is not pinned in a variant of the statement that leaves the condition or the column out', () => {
    const column = `${VISITS}.PATIENT`
    const summary = read([
      pinned(),
      { ...loose(PATIENTS), equals: [{ column: `${PATIENTS}.ID`, use: 0, to: column }] },
    ])
    const variants = [
      withoutUses(summary, [{ column, place: 'filter' }]),
      withoutColumns(summary, [column]),
      withoutTable(summary, VISITS),
    ]
    for (const { tableUses } of variants) {
      expect(tableUses?.flatMap(({ pins }) => pins)).toEqual([])
      expect(tableUses?.flatMap(({ equals }) => equals)).toEqual([])
    }
  })
})
