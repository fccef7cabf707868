import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HonestStatement, readHonestStatements } from './honest-statement.ts'
import { createPolicyGate, type Judgement, type PolicyGate } from './policy-gate.ts'
import { type SampleClinic, startSampleClinic } from './sample-clinic.ts'

// The corpus is fixed: a change to the analysis or to a shipped policy is measured by it, and never the other way round.

const statements = readHonestStatements()
const greatestShare = 0.02

/** Why a statement counts as refused, or null. An answer that hides what the statement asks for counts too. */
const refusal = (
  { expect: expected, shows, readable }: HonestStatement,
  { summary, decision }: Judgement,
) => {
  if (decision.decision !== expected && decision.decision !== 'allow')
    return decision.reasons.map(({ code }) => code).join(', ')
  if (summary.status !== 'analyzed' || summary.outputs.length === 0) return null
  const { columns } = decision
  const hidden = [
    ...shows.filter((name) => !columns.some((column) => column.name === name && column.mask === null)),
    ...readable.filter((name) => columns.find((column) => column.name === name)?.mask?.kind === 'withhold'),
  ]
  return hidden.length === 0 ? null : `hides ${hidden.join(', ')}`
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`

let gate: PolicyGate
let clinic: SampleClinic
beforeAll(async () => {
  gate = await createPolicyGate()
  clinic = await startSampleClinic()
})
afterAll(async () => await clinic.close())

describe('honest statements', () => {
  it('are many, of every shipped policy, with and without classified columns', () => {
    expect(statements.length).toBeGreaterThanOrEqual(300)
    expect(new Set(statements.map(({ id }) => id)).size).toBe(statements.length)
    const policies = new Set(statements.map(({ policy }) => policy))
    expect([...policies]).toEqual([
      'break-glass',
      'clinic',
      'limited-data-set',
      'minimum-necessary',
      'safe-harbor-research',
    ])
    for (const policy of policies) {
      const of = statements.filter((statement) => statement.policy === policy)
      expect(of.filter(({ touches }) => touches).length, policy).toBeGreaterThan(10)
      expect(of.filter(({ introspection }) => introspection).length, policy).toBeGreaterThan(3)
    }
  })

  it('are Snowflake SQL: the warehouse runs each for its administrator', async () => {
    const failed: string[] = []
    for (const { id, sql } of statements)
      await clinic.run(sql).catch((error: Error) => failed.push(`${id}: ${error.message}`))
    expect(failed).toEqual([])
  }, 600_000)

  it('show no classified value where they are permitted', () => {
    const shown = statements.flatMap((statement) => {
      const { decision } = gate.judge(statement)
      if (decision.decision === 'deny') return []
      const clear = statement.hides.filter((name) =>
        decision.columns.some((column) => column.name === name && column.mask === null),
      )
      return clear.length === 0 ? [] : { id: statement.id, clear }
    })
    expect(shown).toEqual([])
  })

  it('are refused in at most 2 % under each policy', () => {
    const refused = statements.flatMap((statement) => {
      const why = refusal(statement, gate.judge(statement))
      return why === null ? [] : { ...statement, why }
    })
    const listed = refused.map(({ id, sql, why }) => `${id}: ${why}: ${sql}`).join('\n')
    for (const policy of new Set(statements.map((statement) => statement.policy))) {
      const asked = statements.filter((statement) => statement.policy === policy).length
      const count = refused.filter((statement) => statement.policy === policy).length
      expect(count, listed).toBeLessThanOrEqual(Math.floor(asked * greatestShare))
      console.log(`${policy}: ${count} of ${asked} refused (${percent(count, asked)})`)
    }
    console.log(
      `all: ${refused.length} of ${statements.length} refused (${percent(refused.length, statements.length)})`,
    )
  })
})
