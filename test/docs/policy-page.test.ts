import { readFileSync } from 'node:fs'
import path from 'node:path'
import { catalogSchema } from '@snowfence/core'
import {
  checkPolicy,
  evaluate,
  policyJsonSchema,
  problemCodes,
  reasonCodes,
  runPolicyTests,
} from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8')
const page = read('docs/policy.md')
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!)

/** The names of all fields that the schema of a policy knows. */
const fieldsOf = (schema: unknown): string[] => {
  if (typeof schema !== 'object' || schema === null) return []
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : []
  return [...own, ...Object.values(schema).flatMap(fieldsOf)]
}

describe('docs/policy.md', () => {
  it('shows a policy that loads, and only warns that it leaves the default open', () => {
    const { policy, problems } = checkPolicy(blocks[0]!)
    expect(policy).not.toBeNull()
    expect(problems.map(({ code }) => code)).toEqual(['unclassified-not-stated'])
  })

  it('shows a policy that fits the sample clinic and decides as its comments say', async () => {
    const analyzer = await createSqlAnalyzer()
    const catalog = catalogSchema.parse(JSON.parse(read('examples/policies/catalog.json')))
    const { policy, problems } = checkPolicy(blocks[0]!, { catalog })
    expect(problems.map(({ code }) => code)).toEqual(['unclassified-not-stated'])
    const decide = (sql: string) =>
      evaluate(policy!, {
        principal: {
          issuer: 'https://login.example',
          subject: 'agent-1',
          groups: ['clinic-agents'],
          claims: {},
        },
        agent: { id: 'page' },
        purpose: 'TREAT',
        now: new Date('2026-11-23T15:00:00Z'),
        summary: analyzer.analyze(sql, { catalog, database: 'CLINIC', schema: 'PUBLIC' }).summary,
      })
    const shown = decide('select patient_id, ssn, last_name, birth_date, zip, phone from patients')
    expect(shown.decision).toBe('allow')
    expect(shown.columns.map(({ mask }) => mask?.kind ?? null)).toEqual([
      null,
      'partial',
      'token',
      'year',
      'zip3',
      'withhold',
    ])
    expect(decide("select patient_id from patients where ssn = '000-00-0000'").decision).toBe('deny')
    expect(decide('select text from psychotherapy_notes where patient_id = 42').decision).toBe(
      'needs-approval',
    )
    expect(decide('copy into @out from patients').decision).toBe('deny')
  })

  it('shows policy tests that pass against the policy they name', async () => {
    const analyzer = await createSqlAnalyzer()
    const catalog = JSON.parse(read('examples/policies/catalog.json'))
    const report = runPolicyTests(blocks[1]!, {
      loadPolicy: (reference) => checkPolicy(read(`examples/policies/${reference}`)).policy!,
      analyze: (sql, { database, schema }) => analyzer.analyze(sql, { catalog, database, schema }).summary,
    })
    expect(report.problems).toEqual([])
    expect(report.results.map(({ differences }) => differences)).toEqual([[], []])
  })

  it('names every reason and every problem, and no other', () => {
    const listed = (from: string, to: string) =>
      [...page.slice(page.indexOf(from), page.indexOf(to)).matchAll(/^\| (`[^|]+) \|/gm)].flatMap((row) =>
        [...row[1]!.matchAll(/`([a-z-]+)`/g)].map((code) => code[1]!),
      )
    expect(listed('## Reasons', '## Problems').sort()).toEqual([...reasonCodes].sort())
    expect(listed('## Problems', '## Profiles').sort()).toEqual([...problemCodes].sort())
  })

  it('names every field of the language', () => {
    for (const field of new Set(fieldsOf(policyJsonSchema()))) {
      expect(new RegExp(`\\b${field}\\b`).test(page), field).toBe(true)
    }
  })
})
