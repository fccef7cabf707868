/**
 * Which argument of a function names a date or time part, so that the word there is no column.
 * `always`: Snowflake takes nothing else there. `unless-column`: the word may be a column too.
 */
interface DatePartArgument {
  readonly index: number
  readonly rule: 'always' | 'unless-column'
}

const first: DatePartArgument = { index: 0, rule: 'always' }
const second: DatePartArgument = { index: 1, rule: 'unless-column' }

export const datePartArguments: ReadonlyMap<string, DatePartArgument> = new Map([
  ['DATEADD', first],
  ['TIMEADD', first],
  ['TIMESTAMPADD', first],
  ['DATEDIFF', first],
  ['TIMEDIFF', first],
  ['TIMESTAMPDIFF', first],
  ['DATE_PART', first],
  ['DATE_TRUNC', { index: 0, rule: 'unless-column' }],
  ['LAST_DAY', second],
  ['TRUNC', second],
])
