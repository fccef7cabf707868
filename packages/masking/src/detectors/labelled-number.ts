import type { DetectorKind } from './detection.ts'
import { labelForms } from './label-forms.ts'
import { findMbi } from './mbi.ts'
import { type Claim, claim, countDigits, isWordAt, matchAt } from './scan.ts'

interface Label {
  readonly kind: DetectorKind
  readonly rest: RegExp
  readonly value: RegExp
  readonly leastDigits: number
}

const LONGEST = 128

// Characters and words between a label and its number. Alternatives exclude each other, so matching never branches.
const filler =
  /(?:[\s:#=.,(["'*-]|(?:number|num|nbr|no|nr|id|identifier|is|was|of|the|card|code|ending|ends|in|with|last|four|digits|4|on|file|listed|as|at|home|work|cell|phone|back|office|her|his|their|him|them|me|us|you|to|plan|policy)\b){0,48}/iy

const labelsByWord: ReadonlyMap<string, readonly Label[]> = (() => {
  const byWord = new Map<string, Label[]>()
  for (const form of labelForms) {
    const label: Label = { ...form, rest: new RegExp(form.rest, 'iy') }
    for (const word of form.words.split(' ')) byWord.set(word, [...(byWord.get(word) ?? []), label])
  }
  return byWord
})()

export const labelWords: readonly string[] = [...labelsByWord.keys()]

/** The number behind a label that begins with this word (lower case) and ends at `wordEnd`. */
export const findLabelledNumber = (text: string, word: string, wordEnd: number): Claim | null => {
  for (const { kind, rest, leastDigits, value } of labelsByWord.get(word) ?? []) {
    if (!matchAt(rest, text, wordEnd)) continue
    const restEnd = rest.lastIndex
    matchAt(filler, text, restEnd)
    const start = filler.lastIndex
    const medicare = kind === 'health-plan-number' ? findMbi(text, start) : null
    if (medicare) return medicare
    if (!matchAt(value, text, start)) continue
    let end = value.lastIndex
    // The rest of a longer word belongs to the number: half of it would still be half of an identifier.
    while (end - start < LONGEST && isWordAt(text, end)) end += 1
    if (countDigits(text, start, end) < leastDigits) continue
    return claim(kind, start, end)
  }
  return null
}

/** A device identifier of the form that barcodes carry: `(01)` and fourteen digits (GS1 application identifier). */
const gs1 = /\(01\) ?\d{14}(?: ?\(\d{2}\) ?[\dA-Za-z]{1,20}){0,4}/y

export const findDeviceIdentifier = (text: string, open: number): Claim | null =>
  matchAt(gs1, text, open) ? claim('device', open, gs1.lastIndex) : null

const LONGEST_SEGMENT_ID = 24

/** An identifier of an HL7 v2 message (data type CX): the value, and behind `^^^` who assigned it. */
export const findAssignedNumber = (text: string, caret: number, from: number): Claim | null => {
  if (!text.startsWith('^^^', caret)) return null
  let start = caret
  while (start > from && caret - start < LONGEST_SEGMENT_ID && isWordAt(text, start - 1)) start -= 1
  return countDigits(text, start, caret) >= 3 ? claim('mrn', start, caret) : null
}
