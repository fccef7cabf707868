import { unsupported } from '../../snowflake-error.ts'

/** Longest first, so that YYYY is not read as YY twice. */
const elements: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['YY', '%y'],
  ['MMMM', '%B'],
  ['MON', '%b'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['DY', '%a'],
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['FF3', '%g'],
  ['FF6', '%f'],
  ['FF9', '%n'],
  ['AM', '%p'],
  ['PM', '%p'],
]

/** A Snowflake date format as strftime of DuckDB reads it. @throws SnowflakeError 000002 for an element not known */
export const duckdbFormat = (format: string): string => {
  let result = ''
  for (let index = 0; index < format.length; ) {
    const rest = format.slice(index)
    if (rest.startsWith('"')) {
      const close = rest.indexOf('"', 1)
      if (close === -1) throw unsupported('this date format')
      result += rest.slice(1, close).replaceAll('%', '%%')
      index += close + 1
      continue
    }
    const element = elements.find(([name]) => rest.toUpperCase().startsWith(name))
    const character = rest[0] as string
    if (!element && /[A-Za-z]/.test(character) && !(character === 'T' && /^T(?:HH|$)/i.test(rest)))
      throw unsupported('this element of a date format')
    result += element ? element[1] : character === '%' ? '%%' : character
    index += element ? element[0].length : 1
  }
  return result
}
