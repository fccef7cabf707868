import { type UsePlace, usePlaces } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { COPY, NOTES, PATIENTS, policyWith, readAll, VISITS } from '../fixtures/policies.ts'
import { flow, observe, output, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const policy = policyWith(readAll)
const sex = output(flow(`${PATIENTS}.SEX`))
const using = (place: UsePlace, column: string) => statement({ outputs: [sex], uses: { [place]: [column] } })
const codes = (...given: Parameters<typeof evaluate>) => evaluate(...given).reasons.map(({ code }) => code)

describe('the guard of plans', () => {
  const planning = policyWith(`
  - { id: read, effect: permit, actions: [select, metadata], resources: ["*"] }
`)
  const plan = (...columns: string[]) =>
    codes(
      planning,
      request(statement({ kind: 'explain', effects: ['metadata'], reads: [{ table: PATIENTS, columns }] })),
    )

  it('refuses the plan of a statement that touches a masked column, selected or not', () => {
    expect(plan('SEX')).toEqual([])
    expect(plan('SEX', 'SSN')).toContain('computed-not-allowed')
    expect(plan('NEW')).toContain('computed-not-allowed')
  })
})

describe('the inference guard', () => {
  it('refuses a masked column in every place that its class does not allow, and names both', () => {
    for (const place of usePlaces) {
      const decision = evaluate(policy, request(using(place, `${PATIENTS}.SSN`)))
      if (place === 'join') {
        expect(decision.decision, place).toBe('allow')
      } else {
        expect(decision.reasons, place).toHaveLength(1)
        expect(decision.reasons[0]).toMatchObject({ code: 'use-not-allowed' })
        expect(decision.reasons[0]?.message).toContain(`${PATIENTS}.SSN`)
        const isDroppable = !['group', 'connectBy'].includes(place)
        expect(decision.wouldPass).toContainEqual(
          expect.objectContaining(
            isDroppable
              ? { kind: 'drop-use', uses: [{ column: `${PATIENTS}.SSN`, place }], leadsTo: 'allow' }
              : { kind: 'drop-column', columns: [`${PATIENTS}.SSN`], leadsTo: 'allow' },
          ),
        )
      }
    }
  })

  it('refuses a withheld column that nobody classified, and lets clear ones be used', () => {
    expect(codes(policy, request(using('filter', `${PATIENTS}.NEW`)))).toEqual(['use-not-allowed'])
    expect(codes(policy, request(using('filter', `${PATIENTS}.SEX`)))).toEqual([])
  })

  it('lets a revealed column be used', () => {
    const revealing = policyWith(
      `${readAll}  - { id: see, effect: permit, actions: [select], resources: [${PATIENTS}], reveal: [ssn] }`,
    )
    expect(codes(revealing, request(using('order', `${PATIENTS}.SSN`)))).toEqual([])
    expect(codes(revealing, request(using('order', `${VISITS}.SSN`)))).toEqual(['use-not-allowed'])
  })
})

describe('computing from masked columns', () => {
  const strict = policyWith(readAll, 'computed: deny')
  const computes = (column: string, functions: string[], under = strict) =>
    codes(under, request(statement({ outputs: [output(flow(column, 'derived', functions))] })))

  it('is denied where the policy says so, unless the class allows the function', () => {
    expect(computes(`${PATIENTS}.SSN`, ['/', '=', 'IFF'])).toEqual(['computed-not-allowed'])
    expect(computes(`${PATIENTS}.SSN`, [])).toEqual(['computed-not-allowed'])
    expect(computes(`${PATIENTS}.NEW`, ['UPPER'])).toEqual(['computed-not-allowed'])
    expect(computes(`${PATIENTS}.BIRTH_DATE`, ['YEAR'])).toEqual([])
    expect(computes(`${PATIENTS}.BIRTH_DATE`, ['/', 'YEAR'])).toEqual(['computed-not-allowed'])
    expect(computes(`${PATIENTS}.SEX`, ['UPPER'])).toEqual([])
    expect(computes(`${PATIENTS}.SSN`, ['SUBSTR'], policy)).toEqual([])
  })

  it('is denied under every policy where it fails for some values, whether or not anything reads the result', () => {
    const unread = (column: string, functions: string[]) =>
      codes(
        policy,
        request(statement({ outputs: [sex], observations: [observe(column, 'fail', null, functions)] })),
      )
    expect(unread(`${PATIENTS}.SSN`, ['/'])).toEqual(['computed-not-allowed'])
    expect(unread(`${PATIENTS}.NEW`, ['CAST'])).toEqual(['computed-not-allowed'])
    expect(unread(`${PATIENTS}.SEX`, ['/'])).toEqual([])
    expect(unread(`${PATIENTS}.BIRTH_DATE`, ['YEAR'])).toEqual([])
    expect(unread(`${PATIENTS}.BIRTH_DATE`, ['/', 'YEAR'])).toEqual(['computed-not-allowed'])
  })

  it('is withheld under a guarded policy where it gives a result for every value', () => {
    for (const functions of [
      ['SUBSTR', '||', 'UPPER'],
      ['CASE', '='],
      ['MONTH', 'MAX'],
    ])
      expect(computes(`${PATIENTS}.SSN`, functions, policy), functions.join()).toEqual([])
  })

  it('is told apart from selecting and counting, and what would pass is named', () => {
    const selected = [
      output(flow(`${PATIENTS}.SSN`)),
      output(flow(`${PATIENTS}.SSN`, 'count', ['COUNT']), 'N'),
    ]
    expect(codes(strict, request(statement({ outputs: selected })))).toEqual([])
    const computed = statement({ outputs: [sex, output(flow(`${PATIENTS}.SSN`, 'derived', ['SUBSTR']))] })
    expect(evaluate(strict, request(computed)).wouldPass).toEqual([
      expect.objectContaining({ kind: 'drop-column', columns: [`${PATIENTS}.SSN`], leadsTo: 'allow' }),
    ])
  })
})

describe('the write guard', () => {
  const writer = policyWith(`
  - { id: w, effect: permit, actions: [select, insert, update, export, call, session], resources: ['*'] }`)
  const write = (target: string, name: string, flows: ReturnType<typeof flow>[]) =>
    request(
      statement({
        effects: ['insert', 'select'],
        writes: [
          {
            table: target,
            effect: 'insert',
            columns: [{ name, columns: flows.map((f) => f.column), flows }],
          },
        ],
      }),
    )

  it('refuses a classified value on its way to a column without that class', () => {
    for (const via of ['value', 'derived'] as const) {
      expect(codes(writer, write(COPY, 'NAME', [flow(`${PATIENTS}.SSN`, via)]))).toEqual([
        'write-would-declassify',
      ])
      expect(codes(writer, write(COPY, 'ANY', [flow(`${PATIENTS}.SSN`, via)]))).toEqual([
        'write-would-declassify',
      ])
      expect(codes(writer, write(PATIENTS, 'NEW', [flow(`${PATIENTS}.SSN`, via)]))).toEqual([
        'write-would-declassify',
      ])
    }
    expect(codes(writer, write(COPY, 'ANY', [flow(`${PATIENTS}.SSN`, 'count')]))).toEqual([])
  })

  it('refuses it also for somebody to whom the class is revealed: the copy would be open to others', () => {
    const revealing = policyWith(`
  - { id: w, effect: permit, actions: [select, insert], resources: ['*'], reveal: [ssn] }`)
    expect(codes(revealing, write(COPY, 'ANY', [flow(`${PATIENTS}.SSN`)]))).toEqual([
      'write-would-declassify',
    ])
  })

  it('lets the value go to a column of the same class', () => {
    expect(codes(writer, write(COPY, 'SSN', [flow(`${PATIENTS}.SSN`)]))).toEqual([])
  })

  it('refuses an unclassified value on its way out of a table that withholds such columns', () => {
    expect(codes(writer, write(COPY, 'ANY', [flow(`${PATIENTS}.NEW`)]))).toEqual(['write-would-declassify'])
    expect(codes(writer, write(VISITS, 'ANY', [flow(`${PATIENTS}.NEW`)]))).toEqual([])
  })

  it('refuses to put a mask where a value was: a literal, a computation or a copy from an open column', () => {
    expect(codes(writer, write(PATIENTS, 'SSN', []))).toEqual(['write-over-classified'])
    expect(codes(writer, write(PATIENTS, 'SSN', [flow(`${PATIENTS}.SSN`, 'derived', ['CASE'])]))).toEqual([
      'write-over-classified',
    ])
    expect(codes(writer, write(PATIENTS, 'SSN', [flow(`${COPY}.NAME`)]))).toEqual(['write-over-classified'])
    expect(codes(writer, write(PATIENTS, 'SEX', []))).toEqual([])
  })

  it('lets somebody write a class who sees its values', () => {
    const revealing = policyWith(`
  - { id: w, effect: permit, actions: [select, insert], resources: ['*'], reveal: [ssn] }`)
    expect(codes(revealing, write(PATIENTS, 'SSN', []))).toEqual([])
  })

  it('refuses a classified column in an effect that no mask follows', () => {
    for (const effect of ['export', 'call', 'session'] as const) {
      const touched = statement({
        effects: [effect, 'select'],
        reads: [{ table: PATIENTS, columns: ['SEX', 'SSN'] }],
      })
      expect(codes(writer, request(touched)), effect).toEqual(['classified-in-effect'])
      const clear = statement({ effects: [effect, 'select'], reads: [{ table: PATIENTS, columns: ['SEX'] }] })
      expect(codes(writer, request(clear)), effect).toEqual([])
    }
  })
})

describe('aggregate-only access', () => {
  const groups = policyWith(`
  - { id: g, effect: permit, actions: [select], resources: [CLINIC.*], limits: { aggregateOnly: true } }`)
  const grouped = (minimumGroupSize: number, more: Parameters<typeof statement>[0] = {}) =>
    request(
      statement({
        aggregation: { minimumGroupSize },
        outputs: [
          output(flow(`${VISITS}.WARD`)),
          output(flow(`${VISITS}.COST`, 'derived', ['AVG', 'ROUND']), 'A'),
        ],
        ...more,
        uses: { group: [`${VISITS}.WARD`], ...more.uses },
      }),
    )

  it('asks for groups of 11 where the policy names no other size', () => {
    expect(evaluate(groups, grouped(11))).toMatchObject({
      decision: 'allow',
      limits: { minimumGroupSize: 11 },
    })
    const small = evaluate(groups, grouped(10))
    expect(small.reasons.map(({ code }) => code)).toEqual(['group-too-small'])
    expect(small.wouldPass).toContainEqual(
      expect.objectContaining({ kind: 'aggregate', minimumGroupSize: 11, leadsTo: 'allow' }),
    )
  })

  it('takes the size that a rule names', () => {
    const twenty = policyWith(`
  - { id: g, effect: permit, actions: [select], resources: [CLINIC.*], limits: { minimumGroupSize: 20 } }`)
    expect(codes(twenty, grouped(19))).toEqual(['group-too-small'])
    expect(codes(twenty, grouped(20))).toEqual([])
  })

  it('refuses single rows', () => {
    const rows = statement({ outputs: [output(flow(`${VISITS}.WARD`))] })
    expect(codes(groups, request(rows))).toEqual(['group-too-small', 'not-an-aggregate'])
  })

  it('asks for as many values as rows where a statement lets rows in by whether they have one', () => {
    const average = [output(flow(`${VISITS}.COST`, 'derived', ['AVG']))]
    const byPresence = [`${VISITS}.COST`]
    const asking = (aggregation: object, ...outputs: (typeof average)[number][]) =>
      codes(
        groups,
        grouped(11, {
          outputs: [...average, ...outputs],
          aggregation: { minimumGroupSize: 11, ...aggregation },
        }),
      )
    expect(asking({})).toEqual([])
    expect(asking({ byPresence })).toEqual(['group-too-small'])
    expect(asking({ byPresence: [`${VISITS}.WARD`] })).toEqual([])
    expect(asking({ byPresence, counted: [{ column: `${VISITS}.COST`, least: 11 }] })).toEqual([])
    expect(asking({ byPresence, counted: [{ column: `${VISITS}.COST`, least: 10 }] })).toEqual([
      'group-too-small',
    ])
    expect(asking({ byPresence, counted: [{ column: `${VISITS}.WARD`, least: 11 }] })).toEqual([
      'group-too-small',
    ])
    const absorbing = (functions: string[]) =>
      codes(
        groups,
        grouped(11, {
          outputs: average,
          uses: { filter: [`${VISITS}.COST`] },
          observations: [
            observe(`${VISITS}.COST`, 'part', 'filter', functions),
            observe(`${VISITS}.COST`, 'part', null, ['AVG']),
          ],
        }),
      )
    expect(absorbing(['>', 'AND'])).toEqual([])
    for (const name of ['COALESCE', 'EQUAL_NULL', 'HASH', 'IS', 'CASE'])
      expect(absorbing(['=', name]), name).toEqual(['group-too-small'])
  })

  it('refuses aggregates that hand out the values of rows, or that pick one row', () => {
    for (const functions of [
      ['ARRAY_AGG'],
      ['LISTAGG'],
      ['CASE', 'SUM'],
      ['*', '/', 'ABS', 'FLOOR', 'SUM'],
      ['=', 'COUNT', 'IFF'],
      ['COUNT', 'NULLIF'],
      ['SUBSTR'],
      [],
    ]) {
      const outputs = [output(flow(`${VISITS}.COST`, 'derived', functions), 'A')]
      expect(codes(groups, grouped(11, { outputs })), functions.join()).toEqual(['not-an-aggregate'])
    }
    for (const functions of [['MIN'], ['ANY_VALUE']]) {
      const outputs = [output(flow(`${VISITS}.COST`, 'value', functions), 'A')]
      expect(codes(groups, grouped(11, { outputs })), functions.join()).toEqual(['not-an-aggregate'])
    }
  })

  it('lets anything be computed from whole groups, and divides by their number of people', () => {
    const cost = (folded: string[]) =>
      output({ ...flow(`${VISITS}.COST`, 'derived', ['/', 'IFF', 'SUM']), folded }, 'A')
    expect(codes(groups, grouped(11, { outputs: [cost(['SUM'])] }))).toEqual([])
    expect(codes(groups, grouped(11, { outputs: [cost(['IFF', 'SUM'])] }))).toEqual(['not-an-aggregate'])
    const failing = (column: string, dividesBy: string[]) => ({
      outputs: [cost(['SUM'])],
      reads: [{ table: VISITS, columns: ['COST', 'PATIENT', 'WARD'] }],
      observations: [{ ...observe(column, 'fail', null, ['/']), by: '/', dividesBy }],
    })
    const byKeys = { minimumGroupSize: 11, keys: [`${VISITS}.WARD`] }
    const people = failing(`${VISITS}.COST`, [`${VISITS}.PATIENT`])
    expect(codes(groups, grouped(11, { ...people, aggregation: byKeys }))).toEqual([])
    expect(
      codes(groups, grouped(11, { ...people, aggregation: { minimumGroupSize: 11, ofWholeTable: true } })),
    ).toEqual([])
    expect(codes(groups, grouped(11, people))).toEqual(['not-an-aggregate'])
    expect(
      codes(groups, grouped(11, { ...failing(`${VISITS}.COST`, [`${VISITS}.WARD`]), aggregation: byKeys })),
    ).toEqual(['not-an-aggregate'])
  })

  it('lets a grouping key be computed, and refuses what folds its rows', () => {
    const key = (via: 'value' | 'derived', functions: string[]) => ({
      uses: { group: [`${VISITS}.WARD`] },
      outputs: [output(flow(`${VISITS}.WARD`, via, functions))],
    })
    expect(codes(groups, grouped(11, key('derived', ['LEFT'])))).toEqual([])
    expect(codes(groups, grouped(11, key('derived', ['ARRAY_AGG'])))).toEqual(['not-an-aggregate'])
    expect(codes(groups, grouped(11, key('derived', ['NO_SUCH_FUNCTION'])))).toEqual(['not-an-aggregate'])
  })

  it('refuses to let values of rows decide which groups are shown', () => {
    for (const place of ['having', 'qualify'] as const) {
      expect(codes(groups, grouped(11, { uses: { [place]: [`${VISITS}.COST`] } })), place).toEqual([
        'not-an-aggregate',
      ])
      expect(codes(groups, grouped(11, { uses: { [place]: [`${VISITS}.WARD`] } })), place).toEqual([])
    }
  })

  it('refuses to single out a person, however many rows they have', () => {
    for (const place of ['filter', 'group', 'having', 'qualify', 'window', 'connectBy'] as const) {
      const uses = { group: [`${VISITS}.WARD`], [place]: [`${VISITS}.PATIENT`] }
      const outputs = [output(flow(`${VISITS}.COST`, 'derived', ['AVG']), 'A')]
      expect(codes(groups, grouped(11, { uses, outputs })), place).toContain('group-too-small')
    }
    const counted = [output(flow(`${VISITS}.PATIENT`, 'count'), 'N')]
    expect(codes(groups, grouped(11, { outputs: counted }))).toEqual([])
  })

  it('refuses a second source of rows, which the count does not count', () => {
    const twice = { reads: [{ table: VISITS, columns: ['WARD', 'COST'], occurrences: 2 }] }
    expect(codes(groups, grouped(11, twice))).toEqual(['group-too-small'])
    const joined = { uses: { join: [`${VISITS}.PATIENT`, `${PATIENTS}.ID`] } }
    expect(codes(groups, grouped(11, joined))).toEqual(['group-too-small'])
  })
})

describe('limits on data subjects', () => {
  const limited = policyWith(`
  - { id: s, effect: permit, actions: [select], resources: [CLINIC.*], limits: { subjectsPerDay: 100 } }`)

  it('ask for the subject of every table that reaches the result, unchanged', () => {
    const cost = output(flow(`${VISITS}.COST`))
    const subject = output(flow(`${VISITS}.PATIENT`))
    expect(codes(limited, request(statement({ outputs: [cost] })))).toEqual(['subject-not-countable'])
    const decision = evaluate(limited, request(statement({ outputs: [cost, subject] })))
    expect(decision).toMatchObject({
      decision: 'allow',
      subjects: [{ column: `${VISITS}.PATIENT`, output: 1 }],
    })
    const changed = output(flow(`${VISITS}.PATIENT`, 'value', ['TRIM']))
    expect(codes(limited, request(statement({ outputs: [cost, changed] })))).toEqual([
      'subject-not-countable',
    ])
    const other = output(flow(`${PATIENTS}.ID`))
    expect(codes(limited, request(statement({ outputs: [cost, other] })))).toEqual(['subject-not-countable'])
  })

  it('say what to add', () => {
    const decision = evaluate(limited, request(statement({ outputs: [output(flow(`${VISITS}.COST`))] })))
    expect(decision.wouldPass).toEqual([
      expect.objectContaining({ kind: 'add-subject', columns: [`${VISITS}.PATIENT`], leadsTo: 'allow' }),
    ])
  })

  it('deny a table of which nobody said whose data a row is', () => {
    const decision = evaluate(limited, request(statement({ outputs: [output(flow(`${COPY}.NAME`))] })))
    expect(decision.wouldPass).toEqual([])
    expect(codes(limited, request(statement({ outputs: [output(flow(`${COPY}.NAME`))] })))).toEqual([
      'subject-not-countable',
    ])
  })

  it('deny a row that shows several people beside the subject of one', () => {
    const subject = output(flow(`${VISITS}.PATIENT`))
    for (const name of ['ARRAY_AGG', 'LAG', 'SUM', 'FIRST_VALUE']) {
      const outputs = [subject, output(flow(`${VISITS}.COST`, 'derived', [name]), 'A')]
      expect(codes(limited, request(statement({ outputs }))), name).toEqual(['subject-not-countable'])
    }
    const perPerson = statement({
      aggregation: { minimumGroupSize: 1, keys: [`${VISITS}.PATIENT`] },
      outputs: [subject, output(flow(`${VISITS}.COST`, 'derived', ['SUM']), 'A')],
      uses: { group: [`${VISITS}.PATIENT`] },
    })
    expect(codes(limited, request(perPerson))).toEqual([])
    const twice = { ...perPerson, reads: [{ table: VISITS, columns: ['COST', 'PATIENT'], occurrences: 2 }] }
    expect(codes(limited, request(twice))).toEqual(['subject-not-countable'])
  })

  it('leave large groups alone', () => {
    const grouped = statement({
      aggregation: { minimumGroupSize: 11 },
      outputs: [output(flow(`${VISITS}.WARD`))],
      uses: { group: [`${VISITS}.WARD`] },
    })
    expect(codes(limited, request(grouped))).toEqual([])
    const perPerson = { ...grouped, uses: { ...grouped.uses, group: [`${VISITS}.PATIENT`] } }
    expect(codes(limited, request(perPerson))).toEqual(['subject-not-countable'])
  })
})

describe('the profile', () => {
  it('that a result meets goes by what it shows and how', () => {
    const met = (...columns: string[]) =>
      evaluate(policy, request(statement({ outputs: columns.map((column) => output(flow(column))) }))).profile
    expect(met(`${PATIENTS}.SEX`)).toBe('safe-harbor')
    expect(met(`${PATIENTS}.BIRTH_DATE`, `${PATIENTS}.ZIP`, `${NOTES}.TEXT`)).toBe('safe-harbor')
    expect(met(`${PATIENTS}.NAME`, `${PATIENTS}.ZIP`)).toBe('limited-data-set')
    expect(met(`${PATIENTS}.SSN`)).toBe('full')
    expect(met(`${COPY}.ANY`)).toBe('full')
  })

  it('that a rule demands must be met, else the statement is denied', () => {
    const demanding = policyWith(`
  - { id: h, effect: permit, actions: [select], resources: [CLINIC.*], profile: safe-harbor }`)
    const read = (column: string) => codes(demanding, request(statement({ outputs: [output(flow(column))] })))
    expect(read(`${PATIENTS}.ZIP`)).toEqual([])
    expect(read(`${PATIENTS}.NAME`)).toEqual(['profile-not-met'])
    expect(read(`${COPY}.ANY`)).toEqual(['profile-not-met'])
  })
})
