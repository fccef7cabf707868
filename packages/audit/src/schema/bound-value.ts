import type { ValueForm } from './attribute-definition.ts'

/** Forms of text that is cut when it is longer, by the most characters (UTF-16 code units) that they hold. */
const maxLengths = { name: 800, vouched: 500, declared: 500, 'redacted-sql': 4000 } as const

const WORD = /^[^\s\p{Cc}\p{Cs}]{1,200}$/u
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** A version, then nonce, tag and text in base64url. */
const SEALED = /^v1\.[\w-]{16}\.[\w-]{22}\.[\w-]{0,12000}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const CONTROL = /[\p{Cc}\p{Cs}]/gu
/** Parts of redacted SQL that mean something else when they are cut: a quoted name, a bind, a stage, a word. */
const SQL_PART = /"(?:[^"]|"")*"?|[\w$@?:/.]+|./gsu

/** Stands where a value did not have the form of its attribute. */
const INVALID_VALUE = 'invalid'

/** Version 1 of the schema put the length and the digest of a text behind its prefix: never more than this. */
const MAX_CUT_MARK = 120

const onOneLine = (text: string): string => text.replace(CONTROL, ' ')

/** The most characters of a form; null for a form that is never cut. */
export const maxLengthOf = (form: ValueForm): number | null =>
  form in maxLengths ? maxLengths[form as keyof typeof maxLengths] : null

/** Whether text could have come from `formValue` and `cutValue`: for spans that arrive from elsewhere. */
export const isBoundValue = (text: string, form: ValueForm, schemaVersion: number): boolean => {
  const most = (maxLengthOf(form) ?? 0) + (schemaVersion === 1 ? MAX_CUT_MARK : 0)
  switch (form) {
    case 'word':
      return WORD.test(text)
    case 'digest':
      return DIGEST.test(text) || text === INVALID_VALUE
    case 'uuid':
      return UUID.test(text) || text === INVALID_VALUE
    case 'sealed':
      return SEALED.test(text) || text === INVALID_VALUE
    case 'name':
    case 'vouched':
    case 'declared':
      return text.length <= most && onOneLine(text) === text
    case 'redacted-sql':
      return text.length <= most
    case 'number':
    case 'boolean':
      return false
    default:
      return form satisfies never
  }
}

/** Text in the form of its attribute, or `invalid`. As long as it was given. */
export const formValue = (text: string, form: ValueForm): string => {
  switch (form) {
    case 'word':
      return WORD.test(text) ? text : INVALID_VALUE
    case 'digest':
      return DIGEST.test(text) ? text : INVALID_VALUE
    case 'uuid':
      return UUID.test(text) ? text : INVALID_VALUE
    case 'sealed':
      return SEALED.test(text) ? text : INVALID_VALUE
    case 'name':
    case 'vouched':
    case 'declared':
      return onOneLine(text)
    case 'redacted-sql':
      return text
    case 'number':
    case 'boolean':
      return INVALID_VALUE
    default:
      return form satisfies never
  }
}

/** The prefix that ends between two parts, so that what is read from it is read from the whole text too. */
const cutSql = (text: string, most: number): string => {
  let end = 0
  for (const [part] of text.matchAll(SQL_PART)) {
    if (end + part.length > most) break
    end += part.length
  }
  return text.slice(0, end)
}

/** A value of `formValue` within the length of its form: the value itself, or a prefix of it. */
export const cutValue = (text: string, form: ValueForm): string => {
  const most = maxLengthOf(form)
  if (most === null || text.length <= most) return text
  if (form === 'redacted-sql') return cutSql(text, most)
  // The cut may have gone through a pair of surrogates.
  return text.slice(0, most).replace(/\p{Surrogate}$/u, '')
}
