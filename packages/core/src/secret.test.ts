import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { isSnowfenceError, SnowfenceError } from './errors/snowfence-error.ts'
import { isSecret, Secret } from './secret.ts'

test('a secret shows itself to nobody but the one who asks for it', () => {
  const secret = new Secret('value')
  expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain('value')
  expect(secret.reveal()).toBe('value')
})

test('a secret and an error are known to every copy of this package', async () => {
  // The module again, as a copy inside another package would be.
  const errors = './errors/snowfence-error.ts?copy'
  const secrets = './secret.ts?copy'
  const { SnowfenceError: OtherError } = (await import(errors)) as { SnowfenceError: typeof SnowfenceError }
  const { Secret: OtherSecret } = (await import(secrets)) as { Secret: typeof Secret }
  const error = new OtherError('ERR_OPTION_REFUSED')
  expect(error).not.toBeInstanceOf(SnowfenceError)
  expect(isSnowfenceError(error)).toBe(true)
  expect(isSnowfenceError(error, 'ERR_OPTION_REFUSED')).toBe(true)
  expect(isSnowfenceError(error, 'ERR_AUDIT_NOT_DURABLE')).toBe(false)
  const secret = new OtherSecret('value')
  expect(secret).not.toBeInstanceOf(Secret)
  expect(isSecret(secret)).toBe(true)
})

test('what only looks like a secret or an error is none', () => {
  expect(isSecret({ reveal: () => 'value' })).toBe(false)
  expect(isSecret('value')).toBe(false)
  expect(isSnowfenceError({ code: 'ERR_OPTION_REFUSED', name: 'SnowfenceError' })).toBe(false)
  expect(isSnowfenceError(JSON.parse(JSON.stringify(new SnowfenceError('ERR_OPTION_REFUSED'))))).toBe(false)
})
