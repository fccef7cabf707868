import { expect, test } from 'vitest'
import { lex } from './lex.ts'
import { isCostlyToParse } from './parse-effort.ts'

const isCostly = (text: string) => isCostlyToParse(lex(text))

test.each(['position(', 'cast(', 'case when ', 'interval ', '(x, y) -> ', 'cast(array(values ('])(
  'thirty nested `%s` are costly',
  (opening) => {
    expect(isCostly(`select ${opening.repeat(30)}1`)).toBe(true)
  },
)

test('long and moderately nested text is not', () => {
  const item =
    "case when d > current_date - interval '1 day' then coalesce(round(sum(a) / nullif(b, 0), 2), 0) end, "
  expect(
    isCostly(`with c as (select ${item.repeat(15)}1 from t where a in (select b from u)) select * from c`),
  ).toBe(false)
})

test('a chain of twenty dots is costly, wherever it stands and however it is spaced', () => {
  for (const dot of ['e.', '"e" . ', 'e[0].'])
    expect(isCostly(`select 1 from t where a = ${dot.repeat(20)}.e`)).toBe(true)
})

test('qualified names, however many, are not', () => {
  expect(isCostly(`select ${'CLINIC.PUBLIC.PATIENTS.SSN, '.repeat(300)}1 from t`)).toBe(false)
})
