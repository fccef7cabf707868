import { spanAttributes } from '@snowfence/audit'
import { holdsLiterals, redactText } from '@snowfence/sql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog, makeQuery, nameWith } from './query-arbitraries.ts'

const CANARY = 'qzxw7731'

/** Everywhere that somebody's data can stand in a text, well formed or not. */
const carriers: readonly ((canary: string) => string)[] = [
  (canary) => `'${canary}'`,
  (canary) => `'it''s \\'${canary}'`,
  (canary) => `$$${canary}$$`,
  (canary) => `"${canary}"`,
  (canary) => `"a""${canary}"`,
  (canary) => `-- ${canary}\n`,
  (canary) => `// ${canary}\r\n`,
  (canary) => `/* ${canary} */`,
  (canary) => `/* /* ${canary} */`,
  (canary) => ` ${canary} `,
  (canary) => `@stage/${canary}/file.csv`,
  (canary) => `@"${canary}"`,
  (canary) => `v:${canary}.b`,
  (canary) => `$${canary}`,
  (canary) => `$tag$${canary}$tag$`,
  (canary) => `E'${canary}'`,
  (canary) => `‘${canary}’`,
  (canary) => `#${canary}`,
  (canary) => `\`${canary}\``,
  (canary) => `1${canary}`,
  (canary) => `'${canary}`,
  (canary) => `"${canary}`,
  (canary) => `$$${canary}`,
  (canary) => `/* ${canary}`,
]

const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      'select',
      ' from patients ',
      ' where ssn = ',
      ', ',
      ' (',
      ') ',
      '; ',
      ' union all ',
      '\n',
    ),
    fc.constantFrom(...carriers).map((carry) => carry(CANARY)),
    fc.string({ unit: 'binary', maxLength: 6 }),
  ),
  { minLength: 1, maxLength: 14 },
)

test('no literal, comment or unknown name is in the redacted text, whatever the text', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const redacted = redactText(parts.join(''), { catalog })
      expect(redacted.toLowerCase()).not.toContain(CANARY)
      expect(redacted).not.toMatch(/7731/)
    }),
    { numRuns: 3_000 },
  )
})

test('a redacted text holds no literal for a reader without the catalogue, also where the record cuts it', () => {
  fc.assert(
    fc.property(pieces, fc.nat(400), (parts, padding) => {
      const text = parts.join('')
      const redacted = redactText(text, { catalog })
      expect(holdsLiterals(redacted)).toBe(false)
      const padded = `select ${'SSN,'.repeat(980 - padding / 10)}${'x'.repeat(padding % 9)} `
      const repeated = redactText(`${padded}${`${text} "SSN" @S `.repeat(9)}`, { catalog })
      const cut = String(spanAttributes('query', { 'db.query.text': repeated })['db.query.text'])
      expect(repeated.startsWith(cut)).toBe(true)
      expect(cut.length).toBeGreaterThan(Math.min(repeated.length, 4000) - 100)
      expect(holdsLiterals(cut)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('a literal is found wherever it stands, and however many placeholders stand beside it', () => {
  for (const carry of [
    "'qzxw'",
    '7731',
    '1.5e3',
    '$$qzxw$$',
    "x'00ff'",
    '-- qzxw',
    '// qzxw',
    '/* qzxw */',
    "'qzxw",
    '"qzxw',
    '@stage/qzxw',
    '#',
  ]) {
    expect(holdsLiterals(`select "??????" from t where a = ? and b = ${carry}`), carry).toBe(true)
  }
  expect(holdsLiterals('put file://tmp/qzxw @?')).toBe(true)
  expect(holdsLiterals('put file://? @? ; select ?, $1, $_2 from _1 where a = ?')).toBe(false)
})

test('redacting a redacted query changes nothing', () => {
  fc.assert(
    fc.property(fc.gen(), (value) => {
      const once = redactText(makeQuery(value, 2, { next: 0 }).write(nameWith('n')), { catalog })
      expect(redactText(once, { catalog })).toBe(once)
    }),
    { numRuns: 200 },
  )
})

test('names of the catalogue stay, and the same unknown name is the same number', () => {
  expect(redactText('select p.ssn as john_smith, "JOHN_SMITH" from patients p', { catalog })).toBe(
    'select p.ssn as _1, _1 from patients p',
  )
  expect(redactText('select ssn from patients')).toBe('select _1 from _2')
})
