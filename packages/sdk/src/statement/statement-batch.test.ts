import { expect, test } from 'vitest'
import type { GovernedResult } from '../pipeline/governed-result.ts'
import { batchCountOf, runBatch, splitBatch } from './statement-batch.ts'
import type { ReceivedStatement } from './statement-options.ts'

const received = (sqlText: string, parameters: Record<string, unknown> = {}): ReceivedStatement =>
  ({
    sqlText,
    parameters,
    requestId: 'first',
    binds: undefined,
    asyncExec: false,
  }) as unknown as ReceivedStatement

test('the count is found in whatever case it was written, and is null for an ordinary statement', () => {
  expect(batchCountOf(received('select 1', { multi_statement_count: 0 }))).toBe(0)
  expect(batchCountOf(received('select 1', { TIMEZONE: 'UTC' }))).toBeNull()
})

test('parts are split outside strings, and none of them carries the count', () => {
  const parts = splitBatch(
    received("select ';' as A; select 2;", { MULTI_STATEMENT_COUNT: 2, TIMEZONE: 'UTC' }),
    2,
  )
  expect(parts.map((part) => part.received.sqlText)).toEqual(["select ';' as A", 'select 2'])
  expect(parts.map(({ written }) => written)).toEqual(["select ';' as A", ' select 2'])
  expect(parts.map((part) => part.received.parameters)).toEqual([{ TIMEZONE: 'UTC' }, { TIMEZONE: 'UTC' }])
  expect(new Set(parts.map((part) => part.received.requestId)).size).toBe(2)
})

test('another number of statements than was said is an error of the warehouse', () => {
  expect(() => splitBatch(received('select 1; select 2'), 3)).toThrowError(
    expect.objectContaining({ code: '000008', sqlState: '0A000' }),
  )
})

test('each part has the binds of its own marks', () => {
  const parts = splitBatch({ ...received("select ?; select '?'; select ?, ? -- ?"), binds: [1, 2, 3] }, 0)
  expect(parts.map((part) => part.received.binds)).toEqual([[1], undefined, [2, 3]])
})

test.each([[[1]], [[1, 2, 3]], [[[1, 2]]]])('other binds than there are marks are refused: %j', (binds) => {
  expect(() => splitBatch({ ...received('select ?; select ?'), binds }, 0)).toThrowError(
    expect.objectContaining({ snowfenceCode: 'ERR_STATEMENT_UNSUPPORTED' }),
  )
})

test('a part that fails fails the batch, and the results before it are recorded as unread', async () => {
  const settled: number[] = []
  const resultOf = (index: number) =>
    ({
      settle: async ({ rows }: { rows: number }) => {
        settled.push(index * 10 + rows)
      },
    }) as unknown as GovernedResult
  const ran: number[] = []
  await expect(
    runBatch([received('a'), received('b'), received('c')], async (_part, index) => {
      ran.push(index)
      if (index === 1) throw new Error('denied')
      return resultOf(index)
    }),
  ).rejects.toThrow('denied')
  expect([ran, settled]).toEqual([[0, 1], [0]])
})
