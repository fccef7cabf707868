import type { Finding } from '../document/policy-problem.ts'
import type { PolicyParts } from './policy-parts.ts'

/**
 * Functions of one operand, and `AGE` and `STAY`: the analysis gives these names to the years from a stored date to the
 * present one, and to the days between two dates of one row.
 * Nobody turns these into another question by choosing an argument. WEEK, WEEKOFYEAR and YEAROFWEEK are not among them:
 * their result hangs on WEEK_START, which a session may set, and the weeks under each value tell the day. DAYOFWEEK hangs
 * on it too, and counts the same seven days from another one.
 */
const closed = new Set(
  `AGE STAY YEAR QUARTER MONTH DAY DAYOFMONTH DAYOFWEEK DAYOFWEEKISO DAYOFYEAR YEAROFWEEKISO WEEKISO HOUR MINUTE
  SECOND DAYNAME MONTHNAME LENGTH LEN UPPER LOWER INITCAP REVERSE MD5 MD5_HEX SHA1 SHA1_HEX
  SOUNDEX ABS SIGN CEIL FLOOR COUNT`.split(/\s+/),
)

const ofWeek = new Set(['WEEK', 'WEEKOFYEAR', 'YEAROFWEEK'])

/**
 * A function with an argument of the writer's choice is a family of questions: `DATEDIFF` to a date that somebody chooses
 * tells the exact birth date under a mask of ages. A policy that promises a profile may not allow one.
 */
export const checkFreeFunctions = ({ profile, classes }: PolicyParts): Finding[] =>
  classes.flatMap(({ value, path }) => {
    const names = Array.isArray(value.functions) ? value.functions : Object.keys(value.functions)
    return names.flatMap((name, index): Finding[] => {
      if (closed.has(name)) return []
      return [
        {
          severity: profile === undefined ? 'warning' : 'error',
          code: 'free-function',
          message: ofWeek.has(name)
            ? `${name} hangs on WEEK_START, which a session may set, so allowing it tells the day by its weeks`
            : `${name} takes arguments of the writer's choice, so allowing it allows many questions about one value`,
          hint:
            name === 'DATEDIFF'
              ? 'allow AGE, which is DATEDIFF in years to the present day'
              : ofWeek.has(name)
                ? 'allow WEEKISO or YEAROFWEEKISO, which begin on Mondays whatever the session sets'
                : `allow one of ${[...closed].slice(0, 8).join(', ')}, or leave ${name} out`,
          path: [...path, 'functions', Array.isArray(value.functions) ? index : name],
        },
      ]
    })
  })
