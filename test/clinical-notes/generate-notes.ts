import { cleanSentences } from './clean-sentences.ts'
import { identifierForms } from './identifier-forms.ts'
import { identifierSentences } from './identifier-sentences.ts'
import { type Choices, createChoices } from './pseudo-random.ts'
import { recordForms } from './record-forms.ts'
import { otherCleanLines, recordLines } from './record-lines.ts'
import { createSubject, writeName } from './subject-names.ts'

/** An identifier of a note and where it stands: UTF-16 code units, end excluded. */
export interface KnownSpan {
  readonly kind: string
  readonly start: number
  readonly end: number
}

export interface ClinicalNote {
  readonly text: string
  readonly spans: readonly KnownSpan[]
  /** The names of the person the note is about, as their row in the table has them. */
  readonly subjectNames: readonly string[]
}

/** A form with the identifiers in it: all of it, or what stands between `<` and `>`. */
const placeForm = (kind: string, form: string, offset: number): { text: string; spans: KnownSpan[] } => {
  const spans: KnownSpan[] = []
  let text = ''
  let open = -1
  for (const character of form) {
    if (character === '<') open = text.length
    else if (character === '>') spans.push({ kind, start: offset + open, end: offset + text.length })
    else text += character
  }
  return { text, spans: spans.length > 0 ? spans : [{ kind, start: offset, end: offset + text.length }] }
}

const slot = /\{([a-z0-9-]+)\}/g

const generateNote = (choices: Choices): ClinicalNote => {
  const subject = createSubject(choices)
  const spans: KnownSpan[] = []
  let text = ''

  const write = (kind: string): void => {
    if (kind === 'name') {
      const name = writeName(subject, choices)
      // The possessive and the title are not the name.
      const title = /^(?:Mr|Ms|Mrs)\.? /.exec(name)?.[0].length ?? 0
      const end = text.length + name.replace(/['’]s$/, '').length
      spans.push({ kind, start: text.length + title, end })
      text += name
      return
    }
    const forms = identifierForms[kind]
    if (forms === undefined) throw new Error(`no forms for ${kind}`)
    const placed = placeForm(kind, choices.pick(forms)(choices), text.length)
    text += placed.text
    spans.push(...placed.spans)
  }

  const sentences = choices.integer(9, 16)
  for (let sentence = 0; sentence < sentences; sentence += 1) {
    if (text !== '') text += choices.pick([' ', ' ', ' ', '\n', '  '])
    if (choices.chance(0.65)) {
      text += choices.pick(cleanSentences)(choices)
      continue
    }
    const template = choices.pick(identifierSentences)
    let from = 0
    for (const match of template.matchAll(slot)) {
      text += template.slice(from, match.index)
      write(match[1]!)
      from = match.index + match[0].length
    }
    text += template.slice(from)
  }
  return { text, spans, subjectNames: [subject.first, subject.last] }
}

/** Makes so many notes. The same seed gives the same notes. */
export const generateNotes = (count: number, seed: number): readonly ClinicalNote[] => {
  const choices = createChoices(seed)
  return Array.from({ length: count }, () => generateNote(choices))
}

/** Notes of a second kind: lines of records and messages between clean lines. */
export const generateRecords = (count: number, seed: number): readonly ClinicalNote[] => {
  const choices = createChoices(seed)
  return Array.from({ length: count }, () => generateRecord(choices))
}

const generateRecord = (choices: Choices): ClinicalNote => {
  const subject = createSubject(choices)
  const spans: KnownSpan[] = []
  let text = ''
  const lines = choices.integer(6, 12)
  for (let line = 0; line < lines; line += 1) {
    if (text !== '') text += '\n'
    if (choices.chance(0.55)) {
      text += choices.pick(otherCleanLines)
      continue
    }
    const template = choices.pick(recordLines)
    let from = 0
    for (const match of template.matchAll(slot)) {
      const [whole, name] = match
      const form = recordForms[name!]
      if (form === undefined && name !== 'name') continue
      text += template.slice(from, match.index)
      const written = form ? form.write(choices) : `${subject.last}, ${subject.first}`
      spans.push({ kind: form?.kind ?? 'name', start: text.length, end: text.length + written.length })
      text += written
      from = match.index + whole.length
    }
    text += template.slice(from)
  }
  return { text, spans, subjectNames: [subject.first, subject.last] }
}

/** Notes about nobody: clinical prose and what looks like an identifier and is none. */
export const generateCleanNotes = (count: number, seed: number): readonly string[] => {
  const choices = createChoices(seed)
  return Array.from({ length: count }, () =>
    Array.from({ length: 12 }, () => choices.pick(cleanSentences)(choices)).join(' '),
  )
}
