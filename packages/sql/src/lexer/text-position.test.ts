import { expect, test } from 'vitest'
import { TextPositions } from './text-position.ts'

test('lines and columns count from one, columns in code points', () => {
  const text = "ab\n'😀' x\r\ny"
  const positions = new TextPositions(text)
  expect(positions.positionAt(0)).toEqual({ line: 1, column: 1 })
  expect(positions.positionAt(text.indexOf('x'))).toEqual({ line: 2, column: 5 })
  expect(positions.positionAt(text.indexOf('y'))).toEqual({ line: 3, column: 1 })
})

test('a position goes back to its offset', () => {
  const text = "ab\n'😀' x\r\ny"
  const positions = new TextPositions(text)
  for (const character of ['a', 'x', 'y']) {
    const offset = text.indexOf(character)
    expect(positions.offsetAt(positions.positionAt(offset))).toBe(offset)
  }
  expect(positions.offsetAt({ line: 9, column: 1 })).toBeNull()
})
