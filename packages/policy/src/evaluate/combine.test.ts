import { describe, expect, it } from 'vitest'
import { NOTES, PATIENTS, policyWith, readAll, VISITS } from '../fixtures/policies.ts'
import { flow, output, principal, request, statement, unsupported } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const sex = statement({ outputs: [output(flow(`${PATIENTS}.SEX`))] })
const both = statement({ outputs: [output(flow(`${PATIENTS}.SEX`)), output(flow(`${VISITS}.WARD`))] })
const codes = (policy: ReturnType<typeof policyWith>, ...given: Parameters<typeof request>) =>
  evaluate(policy, request(...given)).reasons.map(({ code }) => code)

describe('the rule of combination', () => {
  it('denies what no rule permits', () => {
    const decision = evaluate(policyWith('  []'), request(sex))
    expect(decision.decision).toBe('deny')
    expect(decision.rules).toEqual([])
    expect(decision.reasons[0]).toMatchObject({
      code: 'no-permit',
      message: `no rule permits \`select\` on ${PATIENTS} to this principal for the purpose HOPERAT`,
    })
  })

  it('asks for a permit for every table, and names those without one', () => {
    const policy = policyWith(`  - { id: p, effect: permit, actions: [select], resources: [${PATIENTS}] }`)
    expect(evaluate(policy, request(sex)).decision).toBe('allow')
    const decision = evaluate(policy, request(both))
    expect(decision.reasons.map(({ message }) => message)).toEqual([
      `no rule permits \`select\` on ${VISITS} to this principal for the purpose HOPERAT`,
    ])
    expect(decision.wouldPass).toContainEqual(
      expect.objectContaining({ kind: 'drop-table', tables: [VISITS], leadsTo: 'allow' }),
    )
  })

  it('lets a forbid beat any permit, and says it in the words of the operator', () => {
    const policy = policyWith(
      `${readAll}  - { id: no-visits, effect: forbid, actions: [select], resources: [${VISITS}], message: visits are closed }`,
    )
    expect(evaluate(policy, request(sex)).decision).toBe('allow')
    const decision = evaluate(policy, request(both))
    expect(decision).toMatchObject({ decision: 'deny', rules: ['no-visits'] })
    expect(decision.reasons).toEqual([
      {
        code: 'forbidden-by-rule',
        message: 'visits are closed',
        hint: `leave out \`select\` on ${VISITS}: the rule no-visits forbids it`,
      },
    ])
  })

  it('asks for a permit for reading what a write reads, and for the write', () => {
    const copy = statement({
      effects: ['insert', 'select'],
      reads: [{ table: VISITS, columns: ['WARD'] }],
      writes: [{ table: NOTES, effect: 'insert', columns: [] }],
    })
    const insertOnly = policyWith(`  - { id: p, effect: permit, actions: [insert], resources: [CLINIC.*] }`)
    expect(codes(insertOnly, copy)).toEqual(['no-permit'])
    expect(codes(policyWith(readAll), copy)).toEqual(['no-permit'])
    const two = policyWith(`  - { id: p, effect: permit, actions: [insert, select], resources: [CLINIC.*] }`)
    expect(evaluate(two, request(copy)).decision).toBe('allow')
  })

  it('takes stages and functions with a schema for resources of their own', () => {
    const policy = policyWith(
      `  - { id: p, effect: permit, actions: [select, export, call], resources: [CLINIC.*] }`,
    )
    expect(codes(policy, { ...sex, effects: ['select', 'export'], stages: ['@OUT'] })).toEqual(['no-permit'])
    expect(codes(policy, { ...sex, stages: ['@OUT'] })).toEqual(['no-permit'])
    expect(codes(policy, { ...sex, functions: ['CLINIC.PUBLIC.SEND'] })).toEqual(['no-permit'])
    expect(codes(policy, { ...sex, functions: ['UPPER'] })).toEqual([])
  })

  const out = '@CLINIC.PUBLIC.OUT'
  const onStage = {
    put: statement({ effects: ['put'], stages: [out] }),
    get: statement({ effects: ['get'], stages: [out] }),
    metadata: statement({ effects: ['metadata'], stages: [out] }),
    delete: statement({ effects: ['delete'], stages: [out] }),
    export: statement({
      effects: ['export'],
      stages: [out],
      writes: [{ table: out, effect: 'export', columns: [] }],
    }),
  } as const

  it.each(Object.entries(onStage))(
    'takes `*` for no permit to %s a stage, and for a forbid',
    (action, summary) => {
      const everything = policyWith(
        `  - { id: p, effect: permit, actions: [${action}], resources: ['*', 'stage:@OTHER'] }`,
      )
      expect(codes(everything, summary)).toEqual(['no-permit'])
      const named = `  - { id: q, effect: permit, actions: [${action}], resources: ['stage:${out}'] }`
      expect(codes(policyWith(named), summary)).toEqual([])
      const elsewhere = `  - { id: q, effect: permit, actions: [${action}], resources: ['stage:@CLINIC.RESEARCH.*'] }`
      expect(codes(policyWith(elsewhere), summary)).toEqual(['no-permit'])
      const forbidden = `${named}\n  - { id: f, effect: forbid, actions: [${action}], resources: ['*'] }`
      expect(codes(policyWith(forbidden), summary)).toEqual(['forbidden-by-rule'])
    },
  )

  it('asks for a load to read its stage, and to purge it', () => {
    const load = { stages: [out], writes: [{ table: NOTES, effect: 'insert' as const, columns: [] }] }
    const table = `  - { id: t, effect: permit, actions: [insert], resources: [CLINIC.*] }`
    const stage = (actions: string) =>
      policyWith(
        `${table}\n  - { id: s, effect: permit, actions: [${actions}], resources: ['stage:${out}'] }`,
      )
    const plain = statement({ ...load, effects: ['insert'] })
    expect(codes(policyWith(table), plain)).toEqual(['no-permit'])
    expect(codes(stage('get'), plain)).toEqual(['no-permit'])
    expect(codes(stage('select'), plain)).toEqual([])
    const purging = statement({ ...load, effects: ['insert', 'delete'] })
    expect(codes(stage('select'), purging)).toEqual(['no-permit'])
    expect(codes(stage('delete'), purging)).toEqual(['no-permit'])
    expect(codes(stage('select, delete'), purging)).toEqual([])
  })

  it('asks for `*` where an effect names no resource, except for a select of nothing', () => {
    const policy = policyWith(
      `  - { id: p, effect: permit, actions: [select, session, grant], resources: [CLINIC.*] }`,
    )
    expect(codes(policy, statement({ effects: ['session'] }))).toEqual(['no-permit'])
    expect(codes(policy, statement({ effects: ['grant'] }))).toEqual(['no-permit'])
    expect(codes(policy, statement())).toEqual([])
    const everything = policyWith(`  - { id: p, effect: permit, actions: [session], resources: ['*'] }`)
    expect(codes(everything, statement({ effects: ['session'] }))).toEqual([])
  })

  it('lets whoever may select anything select nothing, and asks nobody for it', () => {
    const asking = `  - { id: ask, effect: permit, actions: [select], resources: [${NOTES}], approval: { approvers: { groups: [privacy] } } }`
    const nothing = request(statement())
    expect(evaluate(policyWith(`${readAll}${asking}`), nothing)).toMatchObject({
      decision: 'allow',
      rules: ['read-all'],
    })
    expect(evaluate(policyWith(asking), nothing)).toMatchObject({ decision: 'allow', rules: ['ask'] })
    const everything = asking.replace(NOTES, "'*'")
    expect(evaluate(policyWith(everything), nothing).decision).toBe('needs-approval')
    expect(evaluate(policyWith('  []'), nothing).decision).toBe('deny')
  })

  it('takes describing a table for metadata and not for reading it', () => {
    const describe = statement({ effects: ['metadata'], reads: [{ table: PATIENTS, columns: [] }] })
    expect(codes(policyWith(readAll), describe)).toEqual(['no-permit'])
    const policy = policyWith(`  - { id: p, effect: permit, actions: [metadata], resources: [CLINIC.*] }`)
    expect(codes(policy, describe)).toEqual([])
    expect(codes(policy, { ...describe, effects: ['metadata', 'select'] })).toEqual([
      'no-permit',
      'no-permit',
    ])
  })

  it('denies what was not understood, whatever is permitted', () => {
    const policy = policyWith(`  - { id: p, effect: permit, actions: [select, call], resources: ['*'] }`)
    const decision = evaluate(policy, request(unsupported()))
    expect(decision.decision).toBe('deny')
    expect(decision.reasons).toEqual([
      { code: 'statement-not-understood', message: 'the statement is not read', hint: 'write it simply' },
    ])
  })

  it('names the rule that forbids the effects of what was not understood', () => {
    const policy = policyWith(`
  - { id: p, effect: permit, actions: [call], resources: ['*'] }
  - { id: no-calls, effect: forbid, actions: [call], resources: ['*'], message: no procedures }
  - { id: elsewhere, effect: forbid, actions: [call], resources: [CLINIC.*, 'function:CLINIC.*'] }`)
    const decision = evaluate(policy, request(unsupported()))
    expect(decision).toMatchObject({ decision: 'deny', rules: ['no-calls'] })
    expect(decision.reasons.map(({ code }) => code)).toEqual([
      'forbidden-by-rule',
      'statement-not-understood',
    ])
    expect(decision.reasons[0]?.message).toBe('no procedures')
  })

  it('denies a statement that has no effect at all', () => {
    const policy = policyWith(`  - { id: p, effect: permit, actions: [select], resources: ['*'] }`)
    expect(codes(policy, statement({ effects: [] }))).toEqual(['nothing-to-decide'])
  })

  it('denies when a rule cannot be evaluated, a permit or a forbid', () => {
    for (const effect of ['permit', 'forbid']) {
      const policy = policyWith(
        `${readAll}  - { id: odd, effect: ${effect}, principals: { claims: { level: [3] } }, actions: [insert], resources: [CLINIC.*] }`,
      )
      const asker = { principal: principal({ claims: { level: { nested: 3 } } }) }
      expect(evaluate(policy, request(sex, asker))).toMatchObject({ decision: 'deny', rules: ['odd'] })
      expect(codes(policy, sex, asker)).toEqual(['rule-failed'])
    }
  })

  it('refuses a policy that was not checked', () => {
    const real = policyWith(readAll)
    expect(() => evaluate({ ...real }, request(sex))).toThrow(TypeError)
  })

  it('puts the words of the operator in front of a reason', () => {
    const policy = policyWith('  []', 'messages: { no-permit: ask the data office }')
    expect(evaluate(policy, request(sex)).reasons[0]?.message).toMatch(
      /^ask the data office \(no rule permits/,
    )
  })
})
