import { expect, test } from 'vitest'
import { configure } from './configure-driver.ts'

const refused = expect.objectContaining({ code: 'ERR_OPTION_REFUSED' })

test.each([
  ['jsonColumnVariantParser', () => null],
  ['xmlColumnVariantParser', () => null],
  ['logLevel', 'WARN'],
  ['logLevel', 'TRACE'],
  ['disableOCSPChecks', true],
  ['ocspFailOpen', true],
  ['customCredentialManager', {}],
  ['constructor', {}],
])('%s = %s is refused', (name, value) => {
  expect(() => configure({ [name]: value })).toThrowError(refused)
})

test('what does not open a way around is passed on', () => {
  expect(() => configure({ logLevel: 'OFF', keepAlive: true })).not.toThrow()
})
