import { createGovernedConnection, identity } from 'snowfence'
import { afterEach, expect, it, vi } from 'vitest'
import { printError } from './print-error.ts'

afterEach(() => vi.restoreAllMocks())

const driverError = (): Promise<unknown> =>
  new Promise((resolve) => {
    createGovernedConnection({
      account: 'a',
      broker: 'http://127.0.0.1:9',
      identity: identity.fromFile('absent.jwt'),
      purpose: 'HOPERAT',
      agent: { id: 'a' },
    }).destroy((error: unknown) => resolve(error))
  })

it('says of a lease that Snowflake refused where its issuer is configured', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const error = await driverError()
  if (error instanceof Error) error.message = 'Invalid OAuth access token.'
  printError(error)
  expect(write.mock.calls.join('')).toMatch(/next: .*`publicUrl`/)
})

it("prints an error of the driver's own with a next step and without a stack", async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  printError(await driverError())
  const printed = write.mock.calls.map(([text]) => String(text)).join('')
  expect(printed).toMatch(/driver failed: Not connected/)
  expect(printed).toMatch(/next: check the account/)
  expect(printed).not.toContain('    at ')
})
