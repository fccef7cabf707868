import { expect, test } from 'vitest'
import { RequestIds } from './request-ids.ts'

test("the caller's id is never what the warehouse is sent", () => {
  expect(new RequestIds().toSend('mine', 'sha256:1')).not.toBe('mine')
})

test('an id given again with its statement is the same id for the warehouse', () => {
  const ids = new RequestIds()
  expect(ids.toSend('mine', 'sha256:1')).toBe(ids.toSend('mine', 'sha256:1'))
  expect(ids.isTaken('mine', 'sha256:1')).toBe(false)
})

test('an id given with another statement is taken', () => {
  const ids = new RequestIds()
  ids.toSend('mine', 'sha256:1')
  expect(ids.isTaken('mine', 'sha256:2')).toBe(true)
  expect(() => ids.toSend('mine', 'sha256:2')).toThrow(TypeError)
})

test('an id that was forgotten leads to a new one, never to the earlier result', () => {
  const ids = new RequestIds()
  const first = ids.toSend('mine', 'sha256:1')
  for (let count = 0; count < 10_000; count += 1) ids.toSend(`other ${count}`, 'sha256:1')
  expect(ids.toSend('mine', 'sha256:2')).not.toBe(first)
})
