import { describe, expect, test } from 'vitest'
import { createSqlAnalyzer } from './analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = {
  CLINIC: {
    PUBLIC: {
      PATIENTS: ['ID', 'SSN', 'CITY'],
      VISITS: ['ID', 'PATIENT_ID', 'COST'],
      BROKEN: { columns: ['X'], definition: 'select nothing from nowhere' },
      LOOP: { columns: ['X'], definition: 'select x from loop' },
    },
  },
}
const analyze = (text: string) => analyzer.analyze(text, { catalog, database: 'CLINIC', schema: 'PUBLIC' })
const codeOf = (text: string) => {
  const { summary } = analyze(text)
  return summary.status === 'unsupported' ? summary.reason.code : summary.status
}

describe('a refusal', () => {
  const messageOf = (text: string): string => {
    const { summary } = analyze(text)
    return summary.status === 'unsupported' ? summary.reason.message : 'analysed'
  }

  // Other dialects read double quotes as a string: what stands in them can be a value.
  test.each([
    `select"'ZQX'" as p`,
    `select id from patients where city = "ZQX 1"`,
    `select id from patients where ssn = "900-12-3456"`,
    `select patients."it's ZQX" from patients`,
    'select * from "ZQX ""quoted"" ZQX"',
    'select * from "a.ZQX-1"."b".c',
    'select "zqx-1"(ssn) from patients',
    `with "'ZQX'" as (select 1 as x), "'ZQX'" as (select 2 as x) select * from "'ZQX'"`,
    `with "900-12-3456" (a, b) as (select 1) select a from "900-12-3456"`,
    'select "\u202eZQX" from patients',
    'select "\u200bZQX" from patients',
    `alter table patients add column id int, "'ZQX'" int, "'ZQX'" int`,
    `select "${'ZQX '.repeat(60)}" from patients`,
  ])('repeats no quoted name that could be a value: %s', (text) => {
    const message = messageOf(text)
    expect(message).not.toBe('analysed')
    expect(message).not.toMatch(/zqx|900-12|[^\x20-\x7e…]/i)
  })

  test('repeats plain names, quoted ones too', () => {
    expect(messageOf('select nope from patients')).toContain('`NOPE`')
    expect(messageOf('select "nope" from patients')).toContain('`"nope"`')
    expect(messageOf('select "no way" from patients')).toContain('`"…"`')
  })
})

describe('what is not understood is refused', () => {
  test.each([
    ['', 'empty-statement'],
    ['-- only a comment', 'empty-statement'],
    ['select 1; select 2', 'multiple-statements'],
    [`select '${'x'.repeat(300_000)}'`, 'text-too-large'],
    ['select from', 'syntax-error'],
    [`select ${'position('.repeat(30)}::`, 'parser-too-slow'],
    ['select nope from patients', 'unknown-column'],
    ['select "ssn" from patients', 'unknown-column'],
    ['select id from patients, visits', 'ambiguous-column'],
    ['select 1 from nowhere', 'unknown-table'],
    ['select * from snowflake.account_usage.query_history', 'unknown-table'],
    ['select x from broken', 'stale-view'],
    ['select x from loop', 'stale-view'],
    ['select f(ssn) from patients', 'unknown-function'],
    ['select clinic.public.f(ssn) from patients', 'unknown-function'],
    ['select * from table(f(1))', 'unknown-function'],
    ['select system$typeof(ssn) from patients', 'function-refused'],
    ['select * from table(result_scan(last_query_id()))', 'function-refused'],
    ['select * from table(information_schema.query_history())', 'function-refused'],
    ['describe result last_query_id()', 'function-refused'],
    ['select * from identifier($t)', 'dynamic-name'],
    ['select identifier(?) from patients', 'dynamic-name'],
    ['select * from table($t)', 'dynamic-name'],
    ['select * from @stage', 'unknown-columns-of-relation'],
    ['select * from patients for update', 'unknown-syntax'],
    ["select ssn 'john' from patients", 'unknown-syntax'],
    ['select * from visits pivot (sum(cost) for id in (patient_id))', 'column-not-allowed-here'],
    ['set x = (select max(ssn) from patients)', 'variable-holds-data'],
    ["alter session set search_path = 'x'", 'session-parameter-refused'],
    ['alter session set quoted_identifiers_ignore_case = true', 'session-parameter-refused'],
    ['alter session set date_output_format = \'"20"MM-01-DD\'', 'session-parameter-refused'],
    [
      "alter session set timezone = 'UTC' timestamp_ntz_output_format = 'HH24MI'",
      'session-parameter-refused',
    ],
    ['create table t as select upper(ssn) from patients', 'unnamed-column'],
    ['with a as (select 1), a as (select 2) select * from a', 'duplicate-name'],
    ['select 1 union select 1, 2', 'column-count-mismatch'],
    ['call p()', 'runs-other-code'],
    ['begin let x := 1; end', 'runs-other-code'],
    ['create task t as select 1', 'statement-not-supported'],
    ['drop schema public', 'statement-not-supported'],
  ])('%s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  test('stars of stars end in a refusal, not in a hang', () => {
    const doubled = Array.from({ length: 30 }, (_, i) => `, c${i + 1} as (select *, * from c${i})`).join('')
    expect(codeOf(`with c0 as (select * from patients)${doubled} select * from c30`)).toBe('too-complex')
  })
})

describe('a refusal', () => {
  test('points into the text as it was given, comments included', () => {
    const { summary } = analyze("select /* two\nlines */ '😀', nope from patients")
    expect(summary).toMatchObject({ reason: { line: 2, column: 15 } })
  })

  test('names the second of several statements', () => {
    expect(analyze('select 1;\n  select 2').summary).toMatchObject({ reason: { line: 2, column: 3 } })
  })

  test('holds no literal of the statement, nor does the recorded text', () => {
    const { summary } = analyze("select nope from patients where ssn = '123-45-6789' -- 123-45-6789")
    expect(JSON.stringify(summary)).not.toContain('6789')
    expect(summary.text).toBe('select _1 from patients where ssn = ?')
  })
})

describe('what is sent is what was analysed', () => {
  test('the text without its comments, byte for byte, and its digest', () => {
    const one = analyze('select ssn /* , city */ from patients')
    expect(one.executableText).toBe('select ssn              from patients')
    expect(one.summary.digest).toBe(analyze('select ssn /* , cite */ from patients').summary.digest)
    expect(one.summary.digest).not.toBe(analyze('select city /* , ssn */ from patients').summary.digest)
  })
})

describe('the least size of groups', () => {
  const sizeOf = (text: string) => {
    const { summary } = analyze(text)
    if (summary.status !== 'analyzed') throw new Error(summary.reason.message)
    return summary.aggregation?.minimumGroupSize ?? null
  }

  test.each([
    ['select city from patients', null],
    ['select city, count(*) from patients group by city', 1],
    ['select count(*) from patients', 1],
    ['select city from patients group by city having count(*) >= 11', 11],
    ['select city, count(*) n from patients group by 1 having n > 10 and max(ssn) > 1', 11],
    ['select city from patients group by city having 11 <= count(*)', 11],
    ['select c from (select city c from patients group by city having count(*) >= 11)', 11],
    ['with g as (select city from patients group by city having count(*) >= 11) select count(*) from g', 11],
    ['select city from patients group by city having count(id) >= 11', 11],
    ['select city from patients p, visits v group by city having count(distinct p.id) >= 11', 11],
    // None of these guarantees anything.
    ['select city from patients group by city having count(*) >= 11 or true', 1],
    ['select city from patients group by city having not count(*) < 11', 11],
    ['select city from patients p, visits v group by city having count(*) >= 11', 1],
    [
      'select city from (select * from patients union all select * from patients) group by 1 having count(*) >= 11',
      1,
    ],
    [
      'select city, (select max(ssn) from patients where id = 1) from patients group by city having count(*) >= 11',
      1,
    ],
    ['select count(*) as n from patients connect by prior id = id + 1 having count(*) >= 11', 1],
    ['select count(*) as city from patients group by patients.city having city >= 11', 1],
  ])('%s', (text, size) => {
    expect(sizeOf(text)).toBe(size)
  })
})
