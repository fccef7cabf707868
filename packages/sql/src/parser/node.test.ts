import { expect, test } from 'vitest'
import { Refusal } from '../refusal.ts'
import { openNode, variantOf } from './node.ts'

const handled = new Set(['expr'])

test('a field that nobody accounts for refuses the node as soon as it holds something', () => {
  for (const empty of [null, false, []]) {
    expect(openNode({ expr: 'x', new_clause: empty }, 'SELECT', handled)).toMatchObject({ expr: 'x' })
  }
  for (const held of [true, 0, '', {}, ['a'], 'x']) {
    expect(() => openNode({ expr: 'x', new_clause: held }, 'SELECT', handled)).toThrow(Refusal)
  }
})

test('fields that hold keywords and places are idle', () => {
  expect(() =>
    openNode({ expr: 'x', select_token: { token: 'y' }, span: { start: 1 } }, 'SELECT', handled),
  ).not.toThrow()
})

test('a variant is a bare name or exactly one key', () => {
  expect(variantOf('None', 'x')).toEqual({ name: 'None', body: null })
  expect(variantOf({ Expr: 'y' }, 'x')).toEqual({ name: 'Expr', body: 'y' })
  for (const other of [{}, { a: 1, b: 2 }, [], null, 1, undefined])
    expect(() => variantOf(other, 'x')).toThrow(Refusal)
})
