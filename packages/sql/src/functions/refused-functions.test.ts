import { expect, test } from 'vitest'
import { builtinFunctions } from './builtin-names.ts'
import { findRefusedFamily } from './refused-functions.ts'

test('no built-in that is allowed is in a refused family', () => {
  expect([...builtinFunctions].filter((name) => findRefusedFamily(name) !== null)).toEqual([])
})

test.each([
  'RESULT_SCAN',
  'LAST_QUERY_ID',
  'SYSTEM$WAIT',
  'GET_DDL',
  'GET_PRESIGNED_URL',
  'AI_COMPLETE',
  'QUERY_HISTORY',
  'ENCRYPT',
])('%s is refused with a reason of its own', (name) => {
  expect(findRefusedFamily(name)?.because).toMatch(/^[a-z]/)
})
