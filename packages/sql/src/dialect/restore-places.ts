import { isObject, type Json } from '../parser/node.ts'
import type { PlacedEdit } from './edit.ts'

/** A place as the parser tells it: 1-based, a column is a code point. */
interface Point {
  line: number
  column: number
}

/**
 * Gives the places of a tree back as they are in the text that was written, where edits have moved them. A place inside
 * of an edit becomes the place where the edit begins. Changes the tree.
 */
export const restorePlaces = (
  tree: Json,
  text: string,
  adapted: string,
  edits: readonly PlacedEdit[],
): void => {
  if (edits.every(({ start, end, instead }) => instead.length === end - start)) return
  const restore = createRestorer(text, adapted, edits)
  const pending: Json[] = [tree]
  while (pending.length > 0) {
    const node = pending.pop()!
    if (typeof node !== 'object' || node === null) continue
    if (isPoint(node)) restore(node)
    else for (const child of Object.values(node) as Json[]) pending.push(child)
  }
}

const isPoint = (node: Json): node is Json & Point =>
  isObject(node) && typeof node.line === 'number' && typeof node.column === 'number'

const createRestorer = (
  text: string,
  adapted: string,
  edits: readonly PlacedEdit[],
): ((point: Point) => void) => {
  const adaptedLines = lineStarts(adapted)
  const lines = lineStarts(text)
  return (point) => {
    // The parser has places that are nowhere.
    const lineStart = adaptedLines[point.line - 1]
    if (lineStart === undefined) return
    const offset = originalOffset(offsetOf(adapted, lineStart, point.column), edits)
    const line = lineOf(lines, offset)
    point.line = line + 1
    point.column = [...text.slice(lines[line], offset)].length + 1
  }
}

const lineStarts = (text: string): readonly number[] => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

const offsetOf = (text: string, lineStart: number, column: number): number => {
  let offset = lineStart
  for (let left = column - 1; left > 0; left -= 1) offset += text.codePointAt(offset)! > 0xffff ? 2 : 1
  return offset
}

const originalOffset = (offset: number, edits: readonly PlacedEdit[]): number => {
  let moved = 0
  for (const { start, end, instead } of edits) {
    const begins = start + moved
    if (offset < begins) break
    if (offset < begins + instead.length) return start
    moved += instead.length - (end - start)
  }
  return offset - moved
}

/** The last line that begins at or before an offset. */
const lineOf = (starts: readonly number[], offset: number): number => {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low
}
