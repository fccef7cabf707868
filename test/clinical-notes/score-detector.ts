import type { Detection } from '@snowfence/masking'
import type { ClinicalNote } from './generate-notes.ts'

export interface KindScore {
  readonly kind: string
  readonly known: number
  /** Known identifiers of which every letter and digit was detected, whatever the detector called it. */
  readonly found: number
  readonly recall: number
  /** Detections of this kind. */
  readonly detected: number
  /** Detections of this kind that touch a known identifier of any kind. */
  readonly right: number
  readonly precision: number
}

export interface DetectorScore {
  readonly kinds: readonly KindScore[]
  /** Words outside the known identifiers. */
  readonly cleanWords: number
  readonly falsePositives: number
  readonly falsePositivesPerThousand: number
  readonly missed: readonly { readonly kind: string; readonly text: string; readonly around: string }[]
  readonly wrong: readonly { readonly kind: string; readonly text: string }[]
}

const isCovered = (text: string, start: number, end: number, detections: readonly Detection[]): boolean => {
  for (let index = start; index < end; index += 1) {
    if (!/[\p{L}\p{N}]/u.test(text[index]!)) continue
    if (!detections.some((found) => found.start <= index && index < found.end)) return false
  }
  return true
}

const wordsIn = (text: string): number =>
  text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length

/** Counts what a detector finds, misses and makes up on notes whose identifiers are known. */
export const scoreDetector = (
  notes: readonly ClinicalNote[],
  detect: (text: string, names: readonly string[]) => readonly Detection[],
): DetectorScore => {
  const tallies = new Map<string, { known: number; found: number; detected: number; right: number }>()
  const tally = (kind: string) => {
    const existing = tallies.get(kind) ?? { known: 0, found: 0, detected: 0, right: 0 }
    tallies.set(kind, existing)
    return existing
  }
  const missed: { kind: string; text: string; around: string }[] = []
  const wrong: { kind: string; text: string }[] = []
  let cleanWords = 0

  for (const { text, spans, subjectNames } of notes) {
    const detections = detect(text, subjectNames)
    for (const { kind, start, end } of spans) {
      const counts = tally(kind)
      counts.known += 1
      if (isCovered(text, start, end, detections)) counts.found += 1
      else
        missed.push({
          kind,
          text: text.slice(start, end),
          around: text.slice(Math.max(0, start - 20), end + 10),
        })
    }
    for (const found of detections) {
      const counts = tally(found.kind)
      counts.detected += 1
      if (spans.some(({ start, end }) => start < found.end && found.start < end)) counts.right += 1
      else wrong.push({ kind: found.kind, text: text.slice(Math.max(0, found.start - 15), found.end + 15) })
    }
    let clean = text
    for (const { start, end } of spans)
      clean = clean.slice(0, start) + ' '.repeat(end - start) + clean.slice(end)
    cleanWords += wordsIn(clean)
  }

  const kinds = [...tallies].map(
    ([kind, { known, found, detected, right }]): KindScore => ({
      kind,
      known,
      found,
      recall: known === 0 ? 1 : found / known,
      detected,
      right,
      precision: detected === 0 ? 1 : right / detected,
    }),
  )
  return {
    kinds: kinds.sort((left, right) => (left.kind < right.kind ? -1 : 1)),
    cleanWords,
    falsePositives: wrong.length,
    falsePositivesPerThousand: (wrong.length / cleanWords) * 1_000,
    missed,
    wrong,
  }
}
