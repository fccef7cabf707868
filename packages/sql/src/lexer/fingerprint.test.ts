import { expect, test } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'
import { lex } from './lex.ts'

const fingerprint = (text: string) => fingerprintOf(lex(text))

test('literals, comments, white space and the case of unquoted names make no difference', () => {
  expect(fingerprint("SELECT a FROM t WHERE b = 'x' AND c > 1.5")).toBe(
    fingerprint('select A\nfrom T /* y */ where b = $$z$$ and C > 2 -- w'),
  )
})

test('names, the case of quoted names and the number of items do', () => {
  expect(fingerprint('select a from t')).not.toBe(fingerprint('select b from t'))
  expect(fingerprint('select "a" from t')).not.toBe(fingerprint('select "A" from t'))
  expect(fingerprint('select 1')).not.toBe(fingerprint('select 1, 2'))
})
