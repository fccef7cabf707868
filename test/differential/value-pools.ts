import { parseMoment } from './convert-value.ts'
import { DAY_MS, Day, Moment, type Type, type Value, Variant } from './value.ts'

/** Texts that read as something: a number, a date, a boolean, JSON, hex, a pattern. */
const hostile = [
  '',
  '0',
  '1',
  '-5',
  '007',
  '7.5',
  '1e5',
  '99999',
  '123456789',
  '98765432109876',
  'true',
  'no',
  '2001-02-28',
  '2001-12-31',
  '1/2/2003',
  '2003-02-30',
  '10:30',
  '{"a":1}',
  '{"a":1,"a":2}',
  '[1]',
  '[',
  'null',
  'deadbeef',
  'abc',
  'abcde',
  'a%',
  'x\\',
  '(',
  '*',
  'A',
  'a',
  'Zz',
  'http://a.b',
  '10.0.0.1',
]

const split = (words: string): string[] => words.trim().split(/\s+/)

const texts: Readonly<Record<string, readonly string[]>> = {
  MRN: split('MRN-0 MRN-1 MRN-2 MRN-10 MRN-77 MRN-500 M-3 A-9 ZZ-1'),
  SSN: split(`123-45-6789 987-65-6789 123456789 987656789 000-00-6789 123-45-0001 555-12-0001 555120001 900-00-0001
    20016789 19996789 00006789 1999-6789 2001-06-01 1999-06-01 12345 99999 000-00-0000 111-11-1111 666-11-1111`),
  NAME: split('Ada Bob Cy Dan Eve Zoe ada Johnson Smith Oak Lee'),
  ADDRESS: ['1 Main St', '2 Oak Ave', '77 Elm Rd', '10 Main St'],
  CITY: split('Springfield Albany Boston Reno Zion'),
  ZIP: split(`60601 60650 60699 60652 03601 03602 03699 05901 05999 10203 10299 00501 00599 01001 01002 01099 90210 90299
    99950 82190 9021 902101234 60601-1234 60699-9876 06001 06099`),
  PHONE: split('555-1234 555-9999 2125551234 (212)555-1234'),
  EMAIL: split('ann@a.org bob@a.org zed@a.org ann@b.org cy@b.org ann@b.org'),
  NPI: split('1234567890 1987654321 0000000001 99 12'),
  TEXT: [
    'call 212-555-1234 today',
    'call 617-555-9876 today',
    'SSN 123-45-6789 noted',
    'SSN 987-65-4320 noted',
    'fell on 2024-01-02',
    'fell on 2023-11-12',
    'a fall',
    'fine',
  ],
  SEX: split('F M X'),
  STATE: split('NY IL CA'),
  DEPARTMENT: split('ICU ER Lab'),
  SPECIALTY: split('Cardiology Neurology'),
  ICD10: split('E11.9 I10 E11.1'),
  DESCRIPTION: ['diabetes', 'hypertension', 'x'],
}

const dates =
  split(`1920-03-03 1930-06-15 1935-12-31 1936-01-01 1936-11-30 1937-01-01 1937-12-31 1950-01-01 1950-12-31
  1960-06-15 1960-06-16 1990-01-01 1990-01-02 1990-07-04 1990-11-30 1990-12-01 1990-12-31 2000-02-29 2000-03-01 2001-01-01
  2001-06-30 2001-12-31 2024-01-01 2024-02-29 2024-12-31 2026-01-01 2026-11-29`)
const clocks = ['00:30:00', '12:00:00', '23:30:00', '09:15:00']
const moments = split(
  '1999-01-01 1999-12-31 2023-01-01 2023-12-31 2024-01-01 2024-01-02 2024-06-15 2024-12-31 1930-01-01',
)

export const documents: readonly Variant[] = [
  { test: 'HBA1C', value: 5, tags: ['x', 'y'], a: 1 },
  { test: 'GLU', value: 'high', tags: [], a: '2001-12-31' },
  { test: 'GLU', value: 7.5, tags: ['x', 'z', 'y'], a: null },
  { value: -1, flag: true, a: '12' },
  ['p', 'q'],
  [],
  5,
  'abc',
  { test: 'HBA1C', value: 5, tags: ['y'], a: [1] },
].map((json) => new Variant(json as never))

/** The kind of what a column holds, by its name. */
const kindOf = (column: string): string => {
  if (/^(FIRST_NAME|LAST_NAME|NAME)$/.test(column)) return 'NAME'
  return column
}
const hasHostile = new Set(split('MRN SSN NAME ADDRESS CITY ZIP PHONE EMAIL NPI TEXT'))

const made = new Map<string, readonly Value[]>()

/** The values that a column may hold, and that statements compare it with. */
export const poolOf = (column: string, { family }: Type): readonly Value[] => {
  const key = `${kindOf(column)} ${family}`
  const known = made.get(key)
  if (known) return known
  const pool = makePool(kindOf(column), family)
  made.set(key, pool)
  return pool
}

const makePool = (kind: string, family: string): readonly Value[] => {
  if (family === 'date') return dates.map((day) => new Day((parseMoment(day) as number) / DAY_MS))
  if (family === 'ntz')
    return moments.flatMap((day) =>
      clocks.map((clock) => new Moment(parseMoment(`${day} ${clock}`) as number)),
    )
  if (family === 'variant') return documents
  if (family === 'number')
    return kind === 'COST'
      ? [0, 1, 10, 12.5, 99.99, 130, 500, 1300, 9_999_999_999.99]
      : Array.from({ length: 40 }, (_, index) => index + 1)
  return [...new Set([...(texts[kind] ?? []), ...(hasHostile.has(kind) ? hostile : [])])]
}
