import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../check/check-policy.ts'
import { COPY, NOTES, PATIENTS, policyWith, readAll, VISITS } from '../fixtures/policies.ts'
import { flow, output, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const policy = policyWith(readAll)
const maskOf = (flows: Parameters<typeof output>[0], under = policy) =>
  evaluate(under, request(statement({ outputs: [output(flows, 'X')] }))).columns[0]?.mask?.kind ?? null

describe('the mask of an output', () => {
  it('is the mask of its class when it is the value, under whatever name', () => {
    const decision = evaluate(policy, request(statement({ outputs: [output(flow(`${PATIENTS}.SSN`), 'N')] })))
    expect(decision.columns).toEqual([
      {
        name: 'N',
        sources: [`${PATIENTS}.SSN`],
        classes: ['ssn'],
        mask: { kind: 'partial', keepFirst: 0, keepLast: 4 },
        storedIdentifiers: ['ssn'],
        because: `${PATIENTS}.SSN is of class ssn`,
      },
    ])
  })

  it('is none for a clear column, a count, or a constant', () => {
    expect(maskOf(flow(`${PATIENTS}.SEX`))).toBeNull()
    expect(maskOf(flow(`${PATIENTS}.SSN`, 'count', ['COUNT']))).toBeNull()
    expect(maskOf([])).toBeNull()
  })

  it('is none for a number of different values where their stand-ins differ as they do', () => {
    const counting = (mask: string) =>
      parsePolicy(`
version: 1
classes: { c: { mask: ${mask} } }
resources: [{ table: ${PATIENTS}, columns: { C: c } }]
rules: [{ id: all, effect: permit, actions: [select], resources: [CLINIC.*] }]`)
    const counted = flow(`${PATIENTS}.C`, 'distinct', ['COUNT DISTINCT'])
    for (const mask of ['token', 'random']) expect(maskOf(counted, counting(mask)), mask).toBeNull()
    // Two letters may become the same one.
    for (const mask of ['format', 'withhold', 'zip3'])
      expect(maskOf(counted, counting(mask)), mask).toBe('withhold')
  })

  it('is withhold when the output is computed, unless the class allows every function on the way', () => {
    expect(maskOf(flow(`${PATIENTS}.SSN`, 'derived', ['SUBSTR']))).toBe('withhold')
    expect(maskOf(flow(`${PATIENTS}.BIRTH_DATE`, 'derived', ['YEAR']))).toBe('year')
    expect(maskOf(flow(`${PATIENTS}.BIRTH_DATE`, 'derived', ['DATEDIFF']))).toBe('age')
    expect(maskOf(flow(`${PATIENTS}.BIRTH_DATE`, 'derived', ['TO_CHAR', 'YEAR']))).toBe('withhold')
    expect(maskOf(flow(`${PATIENTS}.BIRTH_DATE`, 'derived', ['DATEDIFF', 'YEAR']))).toBe('withhold')
    expect(maskOf(flow(`${PATIENTS}.BIRTH_DATE`, 'derived'))).toBe('withhold')
    expect(maskOf(flow(`${PATIENTS}.ZIP`, 'derived', ['LEFT']))).toBe('zip3')
    expect(maskOf(flow(`${VISITS}.FEE`, 'derived', ['AVG']))).toBeNull()
  })

  it('knows a function by each of its names', () => {
    expect(maskOf(flow(`${PATIENTS}.BIRTH_DATE`, 'derived', ['TIMESTAMPDIFF']))).toBe('age')
    expect(maskOf(flow(`${PATIENTS}.BIRTH_DATE`, 'derived', ['DATEADD']))).toBe('withhold')
  })

  it('is the strictest of all its sources', () => {
    expect(maskOf([flow(`${PATIENTS}.SEX`), flow(`${PATIENTS}.ZIP`)])).toBe('zip3')
    expect(maskOf([flow(`${PATIENTS}.NAME`), flow(`${PATIENTS}.SSN`)])).toBe('token')
    expect(maskOf([flow(`${PATIENTS}.ZIP`), flow(`${PATIENTS}.SSN`)])).toBe('withhold')
  })

  it('is withhold for a source of which no flow is known', () => {
    const output = { name: 'X', columns: [`${PATIENTS}.SSN`], flows: [] }
    expect(evaluate(policy, request(statement({ outputs: [output] }))).columns[0]?.mask).toEqual({
      kind: 'withhold',
    })
  })

  it('follows the default of its table where nobody classified the column', () => {
    expect(maskOf(flow(`${PATIENTS}.NEW`))).toBe('withhold')
    expect(maskOf(flow(`${PATIENTS}.NEW`, 'derived', ['UPPER']))).toBe('withhold')
    expect(maskOf(flow(`${PATIENTS}."sex"`))).toBe('withhold')
    expect(maskOf(flow('CLINIC.PUBLIC.ELSEWHERE.ANY'))).toBe('withhold')
    expect(maskOf(flow(`${COPY}.NEW`))).toBeNull()
  })

  it('is lifted by a rule that reveals the class, on the resources of that rule only', () => {
    const revealing = policyWith(
      `${readAll}  - { id: see, effect: permit, actions: [select], resources: [${PATIENTS}], reveal: [ssn] }`,
    )
    expect(maskOf(flow(`${PATIENTS}.SSN`), revealing)).toBeNull()
    expect(maskOf(flow(`${PATIENTS}.SSN`, 'derived', ['SUBSTR']), revealing)).toBeNull()
    expect(maskOf(flow(`${PATIENTS}.NAME`), revealing)).toBe('token')
    expect(maskOf(flow(`${VISITS}.SSN`), revealing)).toBe('partial')
    expect(maskOf([flow(`${VISITS}.SSN`), flow(`${PATIENTS}.SSN`)], revealing)).toBe('partial')
  })

  it('is tightened by a rule, also where another reveals', () => {
    const both = policyWith(`
  - { id: see, effect: permit, actions: [select], resources: [${PATIENTS}], reveal: [ssn] }
  - { id: tight, effect: permit, actions: [select], resources: [CLINIC.*], masks: { ssn: redact } }`)
    expect(maskOf(flow(`${PATIENTS}.SSN`), both)).toBe('redact')
    expect(maskOf(flow(`${VISITS}.SSN`), both)).toBe('redact')
  })
})

describe('what an output holds as it is stored', () => {
  const storedOf = (flows: Parameters<typeof output>[0], under = policy) =>
    evaluate(under, request(statement({ outputs: [output(flows, 'X')] }))).columns[0]?.storedIdentifiers

  it('is told by the classes of its one column', () => {
    expect(storedOf(flow(`${PATIENTS}.NAME`))).toEqual(['name'])
    expect(storedOf(flow(`${PATIENTS}.SEX`))).toEqual([])
    const scrubbing = parsePolicy(`
version: 1
classes: { remark: { mask: scrub }, flag: { mask: token } }
resources: [{ table: ${NOTES}, columns: { TEXT: remark, FLAG: flag } }]
rules:
${readAll}`)
    expect(storedOf(flow(`${NOTES}.TEXT`), scrubbing)).toEqual(['free-text'])
    // A class that tells nothing is treated as a name where that is strict, and is not taken for one here.
    expect(storedOf(flow(`${NOTES}.FLAG`), scrubbing)).toEqual([])
  })

  it.each([
    ['a constant', []],
    ['the arms of a union', flow(`${PATIENTS}.NAME`, 'value', ['UNION'])],
    ['a function, though it gives values back as they are', flow(`${PATIENTS}.NAME`, 'value', ['MAX'])],
    ['something computed', flow(`${PATIENTS}.NAME`, 'derived', ['||'])],
    ['a count', flow(`${PATIENTS}.NAME`, 'count', ['COUNT'])],
    ['two columns', [flow(`${PATIENTS}.NAME`), flow(`${COPY}.NAME`)]],
  ])('is not said of %s', (_what, flows) => {
    expect(storedOf(flows)).toBeUndefined()
  })
})

describe('classification of what no resource lists', () => {
  const text = `
version: 1
unclassified: allow
classes: { ssn: { mask: token }, phi: { mask: withhold } }
tags:
  - { tag: CLINIC.GOVERNANCE.PHI, class: phi }
  - { tag: CLINIC.GOVERNANCE.KIND, value: ssn, class: ssn }
patterns:
  - { column: '*ssn*', class: ssn }
resources:
  - { table: ${PATIENTS}, columns: { SSN: clear } }
rules:
${readAll}`
  const T = 'CLINIC.PUBLIC.T'
  const columnTags = {
    [`${T}.A`]: { 'CLINIC.GOVERNANCE.PHI': '' },
    [`${T}.B`]: { 'clinic.governance.kind': 'ssn' },
  }

  it('goes by the name of the column, and yields to what a resource says', () => {
    const named = parsePolicy(text, { columnTags })
    expect(maskOf(flow(`${T}.PATIENT_SSN`), named)).toBe('token')
    expect(maskOf(flow(`${T}."ssn x"`), named)).toBe('token')
    expect(maskOf(flow(`${T}.OTHER`), named)).toBeNull()
    expect(maskOf(flow(`${PATIENTS}.SSN`), named)).toBeNull()
  })

  it('goes by Snowflake tags, with or without their value', () => {
    const tagged = parsePolicy(text, { columnTags })
    expect(maskOf(flow(`${T}.A`), tagged)).toBe('withhold')
    expect(maskOf(flow(`${T}.B`), tagged)).toBe('token')
  })

  it('finds the tags in a catalogue that holds them', () => {
    const column = (name: string, tags?: Record<string, string>) => ({
      name,
      type: 'VARCHAR',
      ...(tags && { tags }),
    })
    const catalog = {
      CLINIC: {
        PUBLIC: {
          T: { columns: [column('A', { 'CLINIC.GOVERNANCE.PHI': 'yes' }), column('B')] },
          PATIENTS: { columns: [column('SSN')] },
        },
      },
    }
    const tagged = parsePolicy(text, { catalog })
    expect(maskOf(flow(`${T}.A`), tagged)).toBe('withhold')
    expect(maskOf(flow(`${T}.B`), tagged)).toBeNull()
  })

  it('withholds what nobody listed while the tags it relies on are unknown', () => {
    const untagged = parsePolicy(text)
    expect(maskOf(flow(`${T}.OTHER`), untagged)).toBe('withhold')
    expect(maskOf(flow(`${PATIENTS}.SSN`), untagged)).toBeNull()
  })
})

describe('columns that nobody classified under `deny`', () => {
  const strict = policyWith(readAll, '').document
  it('may not be touched, not even counted', () => {
    expect(strict.unclassified).toBe('withhold')
    const denying = parsePolicy(`
version: 1
unclassified: deny
resources: [{ table: ${NOTES}, columns: { ID: clear } }]
rules:
${readAll}`)
    const counted = statement({ outputs: [output(flow(`${NOTES}.TEXT`, 'count'), 'N')] })
    const decision = evaluate(denying, request(counted))
    expect(decision).toMatchObject({ decision: 'deny', reasons: [{ code: 'unclassified-column' }] })
    const both = statement({ outputs: [output(flow(`${NOTES}.TEXT`)), output(flow(`${NOTES}.ID`))] })
    expect(evaluate(denying, request(both)).wouldPass).toEqual([
      expect.objectContaining({ kind: 'drop-column', columns: [`${NOTES}.TEXT`], leadsTo: 'allow' }),
    ])
  })
})
