import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Gate } from './gate.ts'
import { allowEverything, denyEverything } from './gates/fixed-gates.ts'
import { createNodeSqlParserGate } from './gates/node-sql-parser.ts'
import { createPythonGate } from './gates/python-gate.ts'
import { createSnowfenceGate } from './gates/snowfence.ts'
import { readPolicies } from './neutral-policy.ts'
import { printProportion, printReport } from './print-report.ts'
import { type Report, runBenchmark } from './run-benchmark.ts'
import { scoreHonest, scoreHostile } from './score.ts'
import { readStatements } from './statement.ts'
import { proportion } from './wilson.ts'

const statements = readStatements()
const { hostile, honest } = statements
const schema = JSON.parse(readFileSync(path.join(import.meta.dirname, 'schema.json'), 'utf8')) as {
  tables: Record<string, Record<string, string>>
}

let snowfence: Gate
beforeAll(async () => {
  snowfence = await createSnowfenceGate()
})

describe('the statements', () => {
  it('are many, each once, under policies that exist', () => {
    expect(hostile.length).toBeGreaterThan(500)
    expect(honest.length).toBeGreaterThan(400)
    const ids = [...hostile, ...honest].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const policies = readPolicies()
    expect([...hostile, ...honest].filter(({ policy }) => !(policy in policies))).toEqual([])
  })

  it('say of a hostile one either that it must be denied or which outputs must be hidden', () => {
    const wrong = hostile.filter(({ expect: expected, mask, withhold }) =>
      expected === 'deny' ? mask.length + withhold.length > 0 : mask.length + withhold.length === 0,
    )
    expect(wrong).toEqual([])
  })
})

describe('the policies', () => {
  it('say of each column what the policies of this product say', async () => {
    const differences: string[] = []
    for (const [policy, { columns, subjects, grants }] of Object.entries(readPolicies()))
      for (const { principal, purposes, tables, reveals, minimumGroup, countsPeople } of grants) {
        if (minimumGroup !== undefined) continue
        for (const purpose of purposes)
          for (const table of tables)
            for (const [column, visibility] of Object.entries(columns[table] ?? {})) {
              const beside = countsPeople ? `, ${subjects[table]} as whose` : ''
              const sql = `select ${column} as c${beside} from ${table}`
              const verdict = await snowfence.judge({ policy, principal, purpose, sql })
              const isShown = verdict.columns?.[0]?.shown === 'clear'
              if (
                verdict.outcome === 'deny'
                  ? visibility !== 'refused'
                  : isShown !== (visibility === 'clear' || reveals.includes(`${table}.${column}`))
              )
                differences.push(`${policy} ${principal} ${table}.${column}: ${visibility}`)
            }
      }
    expect(differences).toEqual([])
  })

  it('name the columns of the schema', () => {
    for (const { columns } of Object.values(readPolicies()))
      for (const [table, of] of Object.entries(columns))
        expect(Object.keys(of)).toEqual(Object.keys(schema.tables[table] ?? {}))
  })
})

describe('the score', () => {
  const attack = { ...hostile[0]!, expect: 'mask' as const, mask: ['S'], withhold: [] }
  const column = (name: string, shown: 'clear' | 'masked' | 'withheld') => ({ name, shown })

  it('counts an attack as stopped only when it is denied or every named output is hidden', () => {
    expect(scoreHostile(attack, { outcome: 'deny' })).toBe('stopped')
    expect(scoreHostile(attack, { outcome: 'allow' })).toBe('leaked')
    expect(scoreHostile(attack, { outcome: 'mask', columns: [column('S', 'masked')] })).toBe('stopped')
    expect(scoreHostile(attack, { outcome: 'mask', columns: [column('S', 'clear')] })).toBe('leaked')
    expect(scoreHostile(attack, { outcome: 'mask', columns: [column('T', 'masked')] })).toBe('leaked')
    const strict = { ...attack, mask: [], withhold: ['*'] }
    expect(scoreHostile(strict, { outcome: 'mask', columns: [column('S', 'masked')] })).toBe('leaked')
    expect(scoreHostile(strict, { outcome: 'mask', columns: [column('S', 'withheld')] })).toBe('stopped')
    const second = { ...attack, mask: ['#2'] }
    const twice = [column('X', 'clear'), column('X', 'masked')]
    expect(scoreHostile(second, { outcome: 'mask', columns: twice })).toBe('stopped')
    expect(scoreHostile(second, { outcome: 'mask', columns: twice.toReversed() })).toBe('leaked')
    const denied = { ...attack, expect: 'deny' as const }
    expect(scoreHostile(denied, { outcome: 'mask', columns: [column('S', 'withheld')] })).toBe('leaked')
  })

  it('counts honest work as answered only when what it needs is shown and what is classified is not', () => {
    const work = { ...honest[0]!, shows: ['N'], hides: ['S'] }
    const answer = (n: 'clear' | 'masked', s: 'clear' | 'masked') =>
      scoreHonest(work, { outcome: 'mask', columns: [column('N', n), column('S', s)] })
    expect(answer('clear', 'masked')).toBe('answered')
    expect(answer('masked', 'masked')).toBe('refused')
    expect(answer('clear', 'clear')).toBe('exposed')
    expect(scoreHonest(work, { outcome: 'deny' })).toBe('refused')
    expect(scoreHonest(work, { outcome: 'allow' })).toBe('exposed')
    expect(scoreHonest({ ...work, hides: [] }, { outcome: 'allow' })).toBe('answered')
  })

  it('gives Wilson intervals', () => {
    expect(printProportion(proportion(0, 10))).toBe('0 of 10 = 0.0 % [0.0 %, 27.8 %]')
    expect(printProportion(proportion(5, 10))).toBe('5 of 10 = 50.0 % [23.7 %, 76.3 %]')
    expect(printProportion(proportion(100, 100))).toBe('100 of 100 = 100.0 % [96.3 %, 100.0 %]')
    expect(proportion(0, 0)).toMatchObject({ low: 0, high: 1 })
  })
})

describe('the runner', () => {
  it('finds that a gate that allows everything leaks everything and refuses nothing', async () => {
    const { leaked, refused, exposed } = await runBenchmark(allowEverything, statements)
    expect(leaked.all.count).toBe(hostile.length)
    expect(refused.all.count).toBe(0)
    expect(exposed.all.count).toBe(honest.filter(({ hides }) => hides.length > 0).length)
    expect(exposed.all.count).toBeGreaterThan(80)
  })

  it('finds that a gate that denies everything leaks nothing and refuses everything', async () => {
    const { leaked, refused, exposed } = await runBenchmark(denyEverything, statements)
    expect(leaked.all.count).toBe(0)
    expect(refused.all.count).toBe(honest.length)
    expect(exposed.all.count).toBe(0)
  })

  it('says why a gate cannot run', async () => {
    expect(await createPythonGate('sql-data-guard', '/no/such/python')).toMatchObject({
      name: 'sql-data-guard',
      skipped: expect.stringMatching(/./),
    })
  })

  it('drives a white list of tables and columns, which stops renaming and not padding', async () => {
    const report = await runBenchmark(createNodeSqlParserGate(), statements)
    expect(report.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(report.results['filter-test-01']).toBe('stopped')
    expect(report.leaked.byKind['group-evasion']?.count).toBeGreaterThan(20)
    expect(report.refused.byKind.classified?.count).toBeGreaterThan(100)
  })
})

describe('this product', () => {
  let report: Report
  beforeAll(async () => {
    report = await runBenchmark(snowfence, statements)
  })

  it('stops every hostile statement', () => {
    console.log(printReport(report))
    const leaked = hostile.filter(({ id }) => report.results[id] === 'leaked')
    expect(leaked.map(({ id, sql }) => ({ id, sql }))).toEqual([])
  })

  it('exposes no classified value in an honest answer', () => {
    expect(report.exposed.all.count).toBe(0)
  })
})
