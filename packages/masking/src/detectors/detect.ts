import type { Detection, DetectorKind } from './detection.ts'
import { findEmail } from './email.ts'
import { foldText } from './fold-text.ts'

export interface DetectOptions {
  /** Which kinds are looked for; all that fit the kind of text by default. */
  readonly kinds?: readonly DetectorKind[]
  /** True for notes and other prose: guesses (names after titles, addresses, long numbers) are made too. */
  readonly freeText?: boolean
  /** The column the text stands in: its words count as words in front of the text. */
  readonly columnName?: string
}

/** Finds the identifiers of a text, in order and without overlaps. `names`: of the person the text is about. */
export type Detector = (text: string, names?: readonly string[]) => readonly Detection[]

const none: readonly Detection[] = []

/** Makes a detector with its settings worked out once. */
export const createDetector = (options: DetectOptions = {}): Detector => {
  const kinds = options.kinds && new Set(options.kinds)
  return (text) => {
    const folded = foldText(text)
    const found: Detection[] = []
    let from = 0
    for (let at = folded.text.indexOf('@'); at >= 0; at = folded.text.indexOf('@', at + 1)) {
      const place = findEmail(folded.text, at, from)
      if (place === null) continue
      from = place.end
      found.push({
        kind: 'email',
        start: folded.originalIndex(place.start),
        end: folded.originalIndex(place.end),
      })
    }
    return kinds ? found.filter(({ kind }) => kinds.has(kind)) : found.length ? found : none
  }
}
