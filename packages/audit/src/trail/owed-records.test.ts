import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Receipt } from '@snowfence/core'
import { expect, test } from 'vitest'
import { causeOf, notDurable } from '../sink/not-durable.ts'
import { createSpans } from '../test-support/sample-spans.ts'
import { createGroupCommit } from './group-commit.ts'
import { createOwedRecords } from './owed-records.ts'

/** A store that takes a record or not, as the test says at the time. */
const createRecords = (takes: (name: string) => boolean, maxOwed = 100) => {
  const stored: string[] = []
  const group = createGroupCommit({
    sink: {
      write: async (spans): Promise<Receipt> => {
        if (!spans.every(({ name }) => takes(name))) throw notDurable('unavailable', {})
        const firstLeaf = stored.length
        stored.push(...spans.map(({ name }) => name))
        return { firstLeaf, leaves: spans.length, treeSize: stored.length, rootHash: 'root' }
      },
      close: async () => {},
    },
    maxQueue: 100,
    maxBatch: 1,
    timeoutMilliseconds: 60_000,
    lingerMilliseconds: 0,
  })
  return {
    stored,
    group,
    records: createOwedRecords(group, { maxOwed, firstPauseMilliseconds: 5, longestPauseMilliseconds: 20 }),
  }
}

const spans = (): ReadableSpan[] => createSpans(4)

test('a record that the store did not take behind is in it before the next one is acknowledged', async () => {
  let isUp = false
  const { stored, records } = createRecords((name) => isUp || name !== 'span 0')
  const behind = records.commitBehind(spans()[0]!)
  await expect(records.commit(spans()[1]!)).rejects.toSatisfy((error) => causeOf(error) === 'unavailable')
  isUp = true
  await records.commit(spans()[2]!)
  await behind
  expect(stored).toEqual(['span 1', 'span 2', 'span 0'])
})

test('every commit waits for what is owed, also those that are made at once', async () => {
  const { records } = createRecords((name) => name !== 'span 0')
  void records.commitBehind(spans()[0]!).catch(() => {})
  const outcomes = await Promise.allSettled(
    spans()
      .slice(1)
      .map((span) => records.commit(span)),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})

test('what is owed is tried once more at the end, and then given up', async () => {
  let isUp = false
  const { stored, records } = createRecords(() => isUp)
  const [first, second] = spans()
  const taken = records.commitBehind(first!)
  await new Promise((resolve) => setTimeout(resolve, 5))
  isUp = true
  await records.close()
  await taken
  expect(stored).toEqual(['span 0'])

  const down = createRecords(() => false)
  const lost = down.records.commitBehind(second!)
  lost.catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 5))
  await down.records.close()
  await expect(lost).rejects.toSatisfy((error) => causeOf(error) === 'unavailable')
})

test('a record is owed although its caller was told that it is not durable', async () => {
  let isUp = false
  const { stored, records } = createRecords(() => isUp)
  const [outcome, other, next] = spans()
  await expect(records.commit(outcome!, { isOwed: true })).rejects.toSatisfy(
    (error) => causeOf(error) === 'unavailable',
  )
  await records.commit(other!).catch(() => {})
  isUp = true
  await records.commit(next!)
  expect(stored).toEqual(['span 2', 'span 0'])
})

test('what is owed is tried again by itself, when nothing else is written', async () => {
  let isUp = false
  const { stored, records } = createRecords(() => isUp)
  const [outcome] = spans()
  await records.commit(outcome!, { isOwed: true }).catch(() => {})
  isUp = true
  await expect.poll(() => stored).toEqual(['span 0'])
})

test('when more is owed than can be remembered, nothing is acknowledged any more', async () => {
  let isUp = false
  const { records } = createRecords(() => isUp, 1)
  const [first, second, next] = spans()
  await records.commit(first!, { isOwed: true }).catch(() => {})
  await records.commit(second!, { isOwed: true }).catch(() => {})
  isUp = true
  await expect(records.commit(next!)).rejects.toSatisfy((error) => causeOf(error) === 'queue-full')
})

test('a record can be tried for a while before its caller is told', async () => {
  let isUp = false
  const { stored, records } = createRecords(() => isUp)
  const [approval, other] = spans()
  const patient = records.commit(approval!, { patienceMilliseconds: 60_000 })
  await expect(records.commit(other!, { patienceMilliseconds: 15 })).rejects.toSatisfy(
    (error) => causeOf(error) === 'unavailable',
  )
  isUp = true
  await patient
  expect(stored).toEqual(['span 0'])
})
