import type { Catalog } from '@snowfence/core'
import { isSnowfenceError } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../evaluate/evaluate.ts'
import { overviewPolicy } from '../fixtures/overview-policy.ts'
import { flow, output, principal, request, statement } from '../fixtures/statements.ts'
import { checkPolicy, parsePolicy } from './check-policy.ts'

const catalog: Catalog = {
  CLINIC: {
    PUBLIC: {
      PATIENTS: {
        columns: [
          { name: 'SSN', type: 'VARCHAR(11)' },
          { name: 'BIRTH_DATE', type: 'DATE' },
          { name: 'ACTIVE', type: 'BOOLEAN' },
          { name: 'odd', type: 'VARCHAR' },
        ],
      },
    },
  },
}

const head = `version: 1
unclassified: withhold
classes:
  ssn: { mask: token }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    columns: { SSN: ssn }
`
const permit = `  - id: read
    effect: permit
    actions: [select]
    resources: [CLINIC.PUBLIC.*]
`

const found = (text: string, options = {}) =>
  checkPolicy(text, options).problems.map(
    ({ code, line, column, path }) => `${line}:${column} ${code} ${path}`,
  )

describe('checkPolicy', () => {
  it('finds nothing in a policy that is right', () => {
    const { policy, problems } = checkPolicy(`${head}rules:\n${permit}`, { catalog })
    expect(problems).toEqual([])
    expect(policy?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('loads a first policy in its short forms, and only warns of what it leaves unsaid', () => {
    const { policy, problems } = checkPolicy(overviewPolicy)
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning unclassified-not-stated',
    ])
    const decide = (column: string) =>
      evaluate(policy!, {
        ...request(statement({ outputs: [output(flow(column))] })),
        principal: principal({ groups: ['clinic-agents'] }),
      })
    expect(decide('CLINIC.PUBLIC.PATIENTS.SSN')).toMatchObject({
      decision: 'allow',
      rules: ['agents-read-clinic'],
      columns: [{ mask: { kind: 'partial', keepFirst: 0, keepLast: 4 } }],
      limits: { rows: 10_000, statementsPerHour: 500 },
    })
    expect(decide('CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES.TEXT')).toMatchObject({
      decision: 'needs-approval',
      columns: [{ mask: null }],
      approval: { approverGroups: ['privacy-office'], deadlineSeconds: 900, role: 'CLINIC_NOTES_READER' },
    })
  })

  it('reports every problem of every kind at once, each at its place', () => {
    const text = `version: 1
unclassified: withhold
groups: [agents]
purposes: [TREAT]
clases: {}
classes:
  ssn: { mask: blur, uses: [join, filtre] }
  name: { mask: token, identifer: name }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    columns: { SSN: sssn, NAME: name }
rules:
  - id: a
    effect: permit
    principals: { groups: [agent] }
    actions: [selct]
    resources: [PATIENTS]
    purposes: [TREET]
    reveal: [nam]
  - id: a
    effect: forbid
    actions: [put]
    resources: ['*']
    limits: { rows: 1 }
`
    expect(found(text)).toEqual([
      '5:1 unknown-field clases',
      '7:16 unknown-mask classes.ssn.mask',
      '7:35 wrong-form classes.ssn.uses[1]',
      '8:24 unknown-field classes.name.identifer',
      '11:21 unknown-class resources[0].columns.SSN',
      '15:28 unknown-group rules[0].principals.groups[0]',
      '16:15 wrong-form rules[0].actions[0]',
      '17:17 wrong-form rules[0].resources[0]',
      '18:16 unknown-purpose rules[0].purposes[0]',
      '19:14 unknown-class rules[0].reveal[0]',
      '20:9 duplicate-rule rules[1].id',
      '24:5 unknown-field rules[1].limits',
    ])
  })

  it('suggests the name that was meant', () => {
    const { problems } = checkPolicy(head.replace('SSN: ssn', 'SSN: sssn'))
    expect(problems.find(({ code }) => code === 'unknown-class')?.hint).toBe('did you mean `ssn`?')
  })

  it('refuses a mask with settings that it does not have', () => {
    expect(found(head.replace('mask: token', 'mask: { partial: { keepLasst: 4 } }'))).toEqual([
      '4:29 unknown-field classes.ssn.mask.partial.keepLasst',
    ])
    for (const mask of ['{ partial: { keepLast: -1 } }', '{ year: 1 }', '{ redact: 1 }', '[token]', '4', '~'])
      expect(found(head.replace('mask: token', `mask: ${mask}`)), mask).toEqual([
        '4:16 unknown-mask classes.ssn.mask',
      ])
  })

  it('says where the YAML itself is wrong', () => {
    expect(found('version: 1\nrules: [\n')[0]).toMatch(/^3:1 yaml-syntax/)
    expect(found('version: 1\nversion: 1\n')[0]).toMatch(/^2:1 yaml-syntax/)
    expect(found('version: 1\n---\nversion: 1\n')[0]).toMatch(/yaml-syntax/)
  })

  it('refuses a key that would be lost, and classifies names of the prototype like any other', () => {
    const policyOf = (columns: string) => `version: 1
unclassified: allow
classes: { ssn: { mask: withhold }, constructor: { mask: redact } }
resources: [{ table: A.B.T, columns: { ${columns} } }]
rules: [{ id: r, effect: permit, actions: [select], resources: [A.*] }]
`
    expect(found(policyOf('__proto__: ssn'))[0]).toMatch(/^4:40 yaml-syntax/)
    expect(found(policyOf('"__proto__": ssn'))[0]).toMatch(/^4:40 yaml-syntax/)
    expect(found('version: 1\n__proto__: { rules: [] }\n')[0]).toMatch(/^2:1 yaml-syntax/)
    const names = [
      '__PROTO__',
      '"__proto__"',
      'CONSTRUCTOR',
      '"constructor"',
      '"toString"',
      '"hasOwnProperty"',
    ]
    const written = names.map(
      (name, index) =>
        `'${name === '__PROTO__' ? '"__PROTO__"' : name}': ${index % 2 ? 'constructor' : 'ssn'}`,
    )
    const decision = evaluate(
      parsePolicy(policyOf(written.join(', '))),
      request(statement({ outputs: names.map((name) => output(flow(`A.B.T.${name}`), name)) })),
    )
    expect(decision.columns.map(({ mask }) => mask?.kind)).toEqual(
      names.map((_name, index) => (index % 2 ? 'redact' : 'withhold')),
    )
  })

  it('refuses aliases, so that a policy reads the same for a person who skims it', () => {
    const text = 'version: 1\nclasses:\n  a: &a { mask: token }\n  b: *a\n'
    expect(checkPolicy(text).policy).toBeNull()
    expect(found(text)[0]).toMatch(/^4:6 yaml-syntax/)
  })

  it('warns where the policy leaves open what happens to unclassified columns, and uses it strictly', () => {
    const { policy, problems } = checkPolicy(
      `${head.replace('unclassified: withhold\n', '')}rules:\n${permit}`,
    )
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning unclassified-not-stated',
    ])
    expect(policy).not.toBeNull()
  })

  it('finds a permit that a forbid makes unreachable', () => {
    const forbid = '  - { id: no, effect: forbid, actions: [select, put], resources: [CLINIC.*] }\n'
    expect(found(`${head}rules:\n${permit}${forbid}`)).toEqual(['9:9 unreachable-rule rules[0].id'])
  })

  it('loads what only lost its effect, so that a broad forbid can be added in an emergency', () => {
    const stop = "  - { id: stop, effect: forbid, actions: [select, insert], resources: ['*'] }\n"
    const { policy, problems } = checkPolicy(`${head}rules:\n${permit}${stop}`)
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning unreachable-rule'])
    expect(policy).not.toBeNull()
  })

  it('keeps a permit that a narrower or conditional forbid leaves something of', () => {
    for (const forbid of [
      'actions: [select], resources: [CLINIC.PUBLIC.NOTES]',
      "actions: [select], resources: ['*'], purposes: [HRESCH]",
      "actions: [select], resources: ['*'], principals: { groups: [interns] }",
      "actions: [select], resources: ['*'], times: [{ from: '22:00', to: '06:00', zone: UTC }]",
      "actions: [select], resources: ['*'], when: { agent: { model: [old-*] } }",
      "actions: [put], resources: ['*']",
    ]) {
      expect(found(`${head}rules:\n${permit}  - { id: no, effect: forbid, ${forbid} }\n`), forbid).toEqual([])
    }
  })

  it('finds a rule that says what another says already, and of two equal ones the second', () => {
    const narrow =
      '  - { id: twin, effect: permit, actions: [select], resources: [CLINIC.PUBLIC.PATIENTS] }\n'
    expect(found(`${head}rules:\n${narrow}${permit}`)).toEqual(['9:11 shadowed-rule rules[0].id'])
    expect(found(`${head}rules:\n${permit}${permit.replace('id: read', 'id: again')}`)).toEqual([
      '13:9 shadowed-rule rules[1].id',
    ])
  })

  it('keeps a narrower rule that reveals, limits, or asks for approval', () => {
    for (const more of [
      'reveal: [ssn]',
      'limits: { rows: 5 }',
      'masks: { ssn: withhold }',
      'profile: safe-harbor',
      'approval: { approvers: { groups: [privacy] } }',
    ]) {
      const narrow = `  - { id: more, effect: permit, actions: [select], resources: [CLINIC.PUBLIC.PATIENTS], ${more} }\n`
      expect(found(`${head}rules:\n${permit}${narrow}`), more).toEqual([])
    }
  })

  it('finds rules that can never fire', () => {
    const rule = (rest: string) => found(`${head}rules:\n  - { id: x, effect: permit, ${rest} }\n`)[0] ?? ''
    expect(
      rule("actions: [select], resources: ['*'], validFrom: 2026-02-01, validUntil: 2026-01-01"),
    ).toMatch(/rule-never-fires rules\[0\].validUntil$/)
    expect(rule('actions: [session, transaction], resources: [CLINIC.*]')).toMatch(/rule-never-fires/)
    expect(rule('actions: [put], resources: [CLINIC.*]')).toMatch(/rule-never-fires/)
    expect(rule("actions: [put, get], resources: ['*']")).toMatch(/rule-never-fires/)
    expect(rule("actions: [insert], resources: ['stage:@S']")).toMatch(/rule-never-fires/)
    expect(rule("actions: [call], resources: ['function:CLINIC.PUBLIC.F']")).toBe('')
    expect(rule("actions: [select, put], resources: ['stage:@S']")).toBe('')
  })

  it('finds a reveal that reveals nothing', () => {
    const rule = (rest: string) =>
      found(`${head}rules:\n  - { id: x, effect: permit, ${rest}, reveal: [ssn] }\n`).map(
        (text) => text.split(' ')[1],
      )
    expect(rule('actions: [select], resources: [OTHER.*]')).toEqual(['reveal-without-effect'])
    expect(rule('actions: [insert], resources: [CLINIC.*]')).toEqual(['reveal-without-effect'])
    expect(rule('actions: [select], resources: [CLINIC.*]')).toEqual([])
  })

  it('compares the policy with the catalogue where one is given', () => {
    const text = `version: 1
unclassified: withhold
classes:
  ssn: { mask: email-domain }
  flag: { mask: token }
patterns:
  - { column: 'ACT*', class: flag }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    subject: PATIENT
    columns: { SSN: ssn, BIRTH_DATE: ssn, ODD: ssn, '"odd"': ssn }
  - table: CLINIC.PUBLIC.PATIENT
rules:
  - { id: x, effect: permit, actions: [select], resources: [CLINIC.PRIVATE.*] }
`
    expect(found(text, { catalog })).toEqual([
      '7:30 mask-type-mismatch patterns[0].class',
      '10:14 unknown-column resources[0].subject',
      '11:26 mask-type-mismatch resources[0].columns.BIRTH_DATE',
      '11:43 unknown-column resources[0].columns.ODD',
      '12:12 unknown-table resources[1].table',
      '14:61 unknown-table rules[0].resources[0]',
    ])
  })

  it('warns of classes that stand at a view, where they protect nothing', () => {
    const views: Catalog = {
      CLINIC: { PUBLIC: { V: { columns: ['SSN'], definition: 'select ssn from patients' } } },
    }
    const text = head.replace('PATIENTS', 'V')
    expect(found(text, { catalog: views })).toEqual(['7:5 view-classified resources[0].columns'])
    expect(found(text.replace('SSN: ssn', 'SSN: clear'), { catalog: views })).toEqual([
      '4:3 class-not-used classes.ssn',
    ])
  })

  it('finds one column listed twice under names that fold to the same', () => {
    const text = head.replace('SSN: ssn', 'SSN: ssn, ssn: clear')
    expect(found(text)).toEqual(['7:26 duplicate-column resources[0].columns.ssn'])
  })

  it('holds a policy to the profile that it claims', () => {
    const text = `version: 1
profile: safe-harbor
unclassified: allow
classes:
  ssn: { mask: token }
  note: { mask: withhold, identifier: free-text }
  zip: { mask: zip3, functions: { LEFT: clear } }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    columns: { SSN: ssn, NOTE: note, ZIP: zip }
rules:
  - { id: x, effect: permit, actions: [select], resources: [CLINIC.*], reveal: [note] }
`
    expect(found(text)).toEqual([
      '3:15 profile-not-met unclassified',
      '5:16 profile-not-met classes.ssn.mask',
      '7:41 profile-not-met classes.zip.functions.LEFT',
      '7:41 free-function classes.zip.functions.LEFT',
      '12:81 profile-not-met rules[0].reveal[0]',
    ])
  })

  it.each([
    ['WEEK', ['free-function']],
    ['WEEKOFYEAR', ['free-function']],
    ['YEAROFWEEK', ['free-function']],
    ['WEEKISO', []],
    ['DAYOFWEEK', []],
  ])('a session moves the result of %s: %j', (name, codes) => {
    const text = `version: 1
unclassified: withhold
classes: { began: { mask: year, functions: { ${name}: clear } } }
resources: [{ table: CLINIC.PUBLIC.STAYS, columns: { BEGAN: began } }]
rules: [{ id: x, effect: permit, actions: [select], resources: [CLINIC.*] }]
`
    expect(found(text).map((problem) => problem.split(' ')[1])).toEqual(codes)
  })

  it.each([
    [
      'limits: { subjectsPerTask: 1000000, subjectsPerDay: 1000000, statementsPerHour: 9007199254740991 }',
      true,
    ],
    ['limits: { subjectsPerTask: 1000001 }', false],
    ['limits: { subjectsPerDay: 1000001 }', false],
    ['limits: { statementsPerHour: 9007199254740992 }', false],
    ['limits: { rows: 9007199254740992 }', false],
    ['approval: { approvers: { groups: [a] }, quorum: 100, deadline: 14d, validFor: 7d }', true],
    ['approval: { approvers: { groups: [a] }, quorum: 101 }', false],
    ['approval: { approvers: { groups: [a] }, deadline: 15d }', false],
    ['approval: { approvers: { groups: [a] }, validFor: 169h }', false],
    ['breakGlass: { reviewers: { groups: [a] }, reviewWithin: 90d }', true],
    ['breakGlass: { reviewers: { groups: [a] }, reviewWithin: 91d }', false],
  ])('takes a limit only at a size that is kept: %s', (obligation, isTaken) => {
    const problems = found(`${head}rules:\n${permit}    ${obligation}\n`)
    expect(problems.filter((problem) => problem.includes('wrong-form'))).toHaveLength(isTaken ? 0 : 1)
  })

  it('refuses an obligation that cannot be kept where the policy is loaded', () => {
    const rules = (obligation: string) => `${head}rules:\n${permit}    ${obligation}\n`
    const approval = rules('approval: { approvers: { groups: [a] }, role: READER }')
    const breakGlass = rules('breakGlass: { reviewers: { groups: [a] }, role: READER }')
    const setup = { approvals: true, breakGlass: true, elevatedRoles: ['READER', 'WRITER'] }
    for (const text of [approval, breakGlass]) {
      expect(found(text)).toEqual([])
      expect(found(text, { setup })).toEqual([])
      expect(found(text, { setup: { ...setup, elevatedRoles: null } })).toEqual([])
      expect(checkPolicy(text, { setup: { ...setup, elevatedRoles: [] } }).policy).toBeNull()
    }
    expect(found(approval, { setup: { ...setup, approvals: false } })).toEqual([
      '13:5 obligation-not-kept rules[0].approval',
    ])
    expect(found(breakGlass, { setup: { ...setup, breakGlass: false } })).toEqual([
      '13:5 obligation-not-kept rules[0].breakGlass',
    ])
    const misspelt = approval.replace('READER', 'REEDER')
    expect(found(misspelt, { setup })).toEqual(['13:51 obligation-not-kept rules[0].approval.role'])
    expect(checkPolicy(misspelt, { setup }).problems[0]?.hint).toBe('did you mean `READER`?')
  })

  it('never throws, whatever the document holds', () => {
    for (const text of [
      '',
      '~',
      '[]',
      '1',
      '"x"',
      '{ version: 2 }',
      'rules: {}',
      'classes: [1]',
      '\u0000',
      '? [a]: b',
      'rules: [1, [2], { id: [] }]',
    ]) {
      const { policy, problems } = checkPolicy(text)
      expect(policy, text).toBeNull()
      expect(problems.length, text).toBeGreaterThan(0)
      for (const problem of problems) expect(problem.line).toBeGreaterThan(0)
    }
  })
})

describe('parsePolicy', () => {
  it('throws one error that carries every problem', () => {
    try {
      parsePolicy('version: 1\nfoo: 1\nbar: 2\n')
      expect.unreachable()
    } catch (error) {
      expect(isSnowfenceError(error, 'ERR_POLICY_INVALID')).toBe(true)
      expect((error as { details: { problems: unknown[] } }).details.problems).toHaveLength(2)
      expect((error as Error).message).toBe(
        'the policy is not valid: `foo` is not a field here (line 2, column 1), and 1 more',
      )
    }
  })
})
