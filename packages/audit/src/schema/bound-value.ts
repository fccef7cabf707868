import { digestOf } from '@snowfence/core'
import type { ValueForm } from './attribute-definition.ts'

const MAX_DECLARED = 500
const MAX_SQL = 4000
const MAX_NAME = 800

const WORD = /^[^\s\p{Cc}\p{Cs}]{1,200}$/u
const DIGEST = /^sha256:[0-9a-f]{64}$/
const CONTROL = /[\p{Cc}\p{Cs}]/gu

/** Stands where a value did not have the form of its attribute. */
const INVALID_VALUE = 'invalid'

/** Text no longer than `most` characters: what is longer keeps a prefix and the digest of the whole. */
const boundText = (text: string, most: number): string => {
  if (text.length <= most) return text
  // The cut may have gone through a pair of surrogates.
  const prefix = text.slice(0, most).replace(/\p{Surrogate}$/u, '')
  return `${prefix}… [${text.length} characters, ${digestOf(text)}]`
}

const onOneLine = (text: string): string => text.replace(CONTROL, ' ')

/** What `boundText` adds to a prefix is never longer. */
const MAX_CUT_MARK = 120

/** Whether text could have come from `boundValue`: for spans that arrive from elsewhere. */
export const isBoundValue = (text: string, form: ValueForm): boolean => {
  switch (form) {
    case 'word':
      return WORD.test(text)
    case 'digest':
      return DIGEST.test(text) || text === INVALID_VALUE
    case 'name':
      return text.length <= MAX_NAME + MAX_CUT_MARK && onOneLine(text) === text
    case 'declared':
      return text.length <= MAX_DECLARED + MAX_CUT_MARK && onOneLine(text) === text
    case 'redacted-sql':
      return text.length <= MAX_SQL + MAX_CUT_MARK
    case 'number':
    case 'boolean':
      return false
    default:
      return form satisfies never
  }
}

/** Text in the form of its attribute, or `invalid`. */
export const boundValue = (text: string, form: ValueForm): string => {
  switch (form) {
    case 'word':
      return WORD.test(text) ? text : INVALID_VALUE
    case 'digest':
      return DIGEST.test(text) ? text : INVALID_VALUE
    case 'name':
      return boundText(onOneLine(text), MAX_NAME)
    case 'declared':
      return boundText(onOneLine(text), MAX_DECLARED)
    case 'redacted-sql':
      return boundText(text, MAX_SQL)
    case 'number':
    case 'boolean':
      return INVALID_VALUE
    default:
      return form satisfies never
  }
}
