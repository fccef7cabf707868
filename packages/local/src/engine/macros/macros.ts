import { dateMacros } from './date-macros.ts'
import { numberMacros } from './number-macros.ts'
import { textMacros } from './text-macros.ts'
import { variantMacros } from './variant-macros.ts'

/** DuckDB macros that mean what Snowflake's functions mean. Translations call them; users cannot. */
export const macros: readonly string[] = [...textMacros, ...numberMacros, ...dateMacros, ...variantMacros]

export const macroNames: ReadonlySet<string> = new Set(
  macros.map((macro) => /MACRO (\w+)\(/.exec(macro)?.[1] as string),
)
