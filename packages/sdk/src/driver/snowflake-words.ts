import type { RefusalReason } from '@snowfence/core'

/** How Snowflake answers a mistake: libraries look for these codes and texts. */
export interface SnowflakeWords {
  readonly code: string
  readonly sqlState: string
  readonly text: string
}

/**
 * What Snowflake itself surely answers to the same mistake, so that code which asks whether a table exists goes on
 * working. Anything else that is refused is a missing privilege, 003001: what is not understood here may be valid there.
 * The place counts columns from 0, as Snowflake does.
 */
export const snowflakeWordsFor = ({ code, message, line, column }: RefusalReason): SnowflakeWords | null => {
  const name = nameIn(message)
  switch (code) {
    case 'unknown-table':
      return {
        code: '002003',
        sqlState: '42S02',
        text: `SQL compilation error:\nObject '${name}' does not exist or not authorized.`,
      }
    case 'unknown-column':
      return {
        code: '000904',
        sqlState: '42000',
        text: `SQL compilation error: error line ${line} at position ${column - 1}\ninvalid identifier '${name}'`,
      }
    case 'multiple-statements':
      return {
        code: '000008',
        sqlState: '0A000',
        text: 'Actual statement count did not match the desired statement count 1.',
      }
    case 'syntax-error':
      return isExplained(message)
        ? null
        : {
            code: '001003',
            sqlState: '42000',
            text: `SQL compilation error:\nsyntax error line ${line} at position ${column - 1} unexpected '${unexpectedIn(message)}'.`,
          }
    default:
      return null
  }
}

/** Whether a construct is named that is refused: it may be valid in Snowflake, or is told with what to write instead. */
const isExplained = (message: string): boolean =>
  message !== ENDS_TOO_EARLY && !message.startsWith(NOT_PARSED)

const ENDS_TOO_EARLY = 'the statement ends too early'
const NOT_PARSED = 'the statement could not be parsed'

/** A word or sign as it is written. A string or number can be a value, and is left out. */
const unexpectedIn = (message: string): string =>
  message === ENDS_TOO_EARLY ? '<EOF>' : nameIn(message) === '' ? '…' : nameIn(message)

/** A refusal's message names what it is about in backticks. */
const nameIn = (message: string): string => /`([^`]*)`$/.exec(message)?.[1] ?? ''

/**
 * Snowflake's texts for failures that statements meet most, without the values that they quote: the code alone says as
 * much.
 */
export const textsWithoutValues: Readonly<Record<string, string>> = {
  '100035': "Timestamp '…' is not recognized",
  '100037': "Boolean value '…' is not recognized",
  '100038': "Numeric value '…' is not recognized",
  '100039': "Numeric value '…' is out of range",
  '100040': "Date '…' is not recognized",
  '100051': 'Division by zero',
  '100069': 'Error parsing JSON',
  '100071': 'Failed to cast variant value … to another type',
  '100072': 'NULL result in a non-nullable column',
  '100078': "String '…' is too long and would be truncated",
  '100090': 'Duplicate row detected during DML action',
  '000604': 'SQL execution canceled',
  '000606': 'No active warehouse selected in the current session.',
  '000630': 'Statement reached its statement or warehouse timeout and was canceled.',
}
