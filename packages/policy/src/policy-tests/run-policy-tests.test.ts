import { describe, expect, it } from 'vitest'
import { PATIENTS, policyWith, readAll } from '../fixtures/policies.ts'
import { flow, output, statement } from '../fixtures/statements.ts'
import { runPolicyTests } from './run-policy-tests.ts'

const head = `policy: p.yaml
purpose: HOPERAT
principals: { agent: { subject: agent-1, groups: [agents] } }
tests:
`
const asked: unknown[] = []
const run = (text: string) =>
  runPolicyTests(text, {
    loadPolicy: (reference) => {
      asked.push(reference)
      return policyWith(readAll)
    },
    analyze: (sql, context) => {
      asked.push([sql, context])
      return statement({ outputs: [output(flow(`${PATIENTS}.SSN`)), output(flow(`${PATIENTS}.SEX`))] })
    },
  })
const test = (expected: string) => `${head}  - { name: t, principal: agent, sql: any, expect: ${expected} }\n`

describe('runPolicyTests', () => {
  it('passes when everything that is expected is so', () => {
    const text = test(
      '{ decision: allow, rules: [read-all], profile: full, reasons: [], columns: { SSN: { partial: { keepLast: 4 } }, SEX: clear } }',
    )
    asked.length = 0
    expect(run(text)).toMatchObject({
      passed: true,
      problems: [],
      results: [{ name: 't', line: 5, passed: true }],
    })
    expect(asked).toEqual(['p.yaml', ['any', { catalog: null, database: null, schema: null }]])
  })

  it('says what was expected and what came', () => {
    const differences = (expected: string) => run(test(expected)).results[0]?.differences
    expect(differences('{ decision: deny }')).toEqual(['decision: expected deny, got allow'])
    expect(differences('{ rules: [] }')).toEqual(['rules: expected none, got read-all'])
    expect(differences('{ columns: { SSN: clear } }')).toEqual([
      'column SSN: expected clear, got partial(keepFirst 0, keepLast 4)',
    ])
    expect(differences('{ columns: { NAME: clear } }')).toEqual([
      'column NAME: expected clear, there is no such output',
    ])
    expect(differences('{ reasons: [no-permit] }')).toEqual(['reasons: expected no-permit, got none'])
    expect(differences('{ limits: { rows: 5 } }')).toEqual(['limit rows: expected 5, got none'])
    expect(differences('{ profile: safe-harbor }')).toEqual(['profile: expected safe-harbor, got full'])
    expect(differences('{ approval: { quorum: 1 } }')).toEqual(['approval: expected one, none is asked for'])
    expect(differences('{ wouldPass: [drop-use] }')).toEqual(['wouldPass: expected drop-use, got none'])
  })

  it('runs nothing when the file has problems, and names each with its place', () => {
    for (const [text, expected] of [
      [test('{}'), '5:52 wrong-form'],
      [test('{ decision: maybe }'), '5:64 wrong-form'],
      [test('{ reasons: [no-such-reason] }'), '5:64 wrong-form'],
      [test('{ decision: allow, mask: token }'), '5:71 unknown-field'],
      [test('{ decision: allow }').replace('principal: agent', 'principal: nobody'), '5:27 wrong-form'],
      [test('{ decision: allow }').replace('purpose: HOPERAT\n', ''), '4:5 wrong-form'],
      ['policy: p.yaml\ntests: []\n', '2:8 wrong-form'],
    ] as const) {
      const report = run(text)
      expect(report.results).toEqual([])
      expect(report.passed).toBe(false)
      expect(report.problems.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([expected])
    }
  })
})
