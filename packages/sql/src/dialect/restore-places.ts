import { TextPositions } from '../lexer/text-position.ts'
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
  // An edit of the same length may move places too: it may hold fewer line breaks, or fewer characters of two units.
  if (edits.length === 0) return
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
  const moved = new TextPositions(adapted)
  const written = new TextPositions(text)
  return (point) => {
    const offset = moved.offsetAt(point)
    // The parser has places that are nowhere.
    if (offset !== null) Object.assign(point, written.positionAt(originalOffset(offset, edits)))
  }
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
