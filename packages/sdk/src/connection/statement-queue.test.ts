import { expect, test } from 'vitest'
import { StatementQueue } from './statement-queue.ts'

const flush = async () => await new Promise((resolve) => setImmediate(resolve))

test('a later statement is not sent before an earlier one, even when it is ready first', async () => {
  const queue = new StatementQueue()
  const order: string[] = []
  const first = queue.enter()
  const second = queue.enter()
  void second.maySend.then(() => order.push('second'))
  await flush()
  expect(order).toEqual([])
  void first.maySend.then(() => order.push('first'))
  await flush()
  first.letNextSend()
  await flush()
  expect(order).toEqual(['first', 'second'])
})

test('a statement that never ran still lets the next one go', async () => {
  const queue = new StatementQueue()
  queue.enter().end()
  await expect(queue.enter().maySend).resolves.toBeUndefined()
})

test('analysis waits for a statement that changes the session, not for one that was only sent', async () => {
  const queue = new StatementQueue()
  const use = queue.enter()
  const read = queue.enter()
  let analysed = false
  void read.mayAnalyze.then(() => {
    analysed = true
  })
  use.letNextSend()
  await flush()
  expect(analysed).toBe(false)
  use.letNextAnalyze()
  await flush()
  expect(analysed).toBe(true)
})
