import type { PolicyDocument } from '../document/policy-document.ts'
import type { SeenFlow } from './column-decisions.ts'
import type { Guard } from './guards.ts'
import { reason } from './reasons.ts'

const choosing =
  'MIN MAX ANY_VALUE MODE COUNT FIRST_VALUE LAST_VALUE LAG LEAD COALESCE NVL IFNULL UNION VALUES UNPIVOT'

/**
 * Functions that give a result for every value and take about as long for each, also when all those of one family are put
 * together. A result of theirs that is withheld tells nothing. Families, because `YEAR` of a text is a conversion. Not
 * here: what fails for some values (`/`, CAST, TO_DATE), what chooses whether something else is computed (CASE, IFF, AND),
 * and comparisons, which convert their operands.
 */
const neverFailing: readonly ReadonlySet<string>[] = [
  `|| CONCAT CONCAT_WS UPPER LOWER INITCAP TRIM LTRIM RTRIM SUBSTR SUBSTRING LEFT RIGHT LENGTH LEN REVERSE
  MD5 MD5_HEX SHA1 SHA1_HEX HASH : OBJECT_CONSTRUCT ARRAY_CONSTRUCT TO_VARIANT LISTAGG ARRAY_AGG ${choosing}`,
  `YEAR QUARTER MONTH WEEK DAY DAYOFMONTH DAYOFWEEK DAYOFYEAR HOUR MINUTE SECOND MONTHNAME DAYNAME LAST_DAY DATE_TRUNC
  DATE_PART EXTRACT DATEDIFF ${choosing}`,
].map((names) => new Set(names.split(/\s+/)))

/** A masked column of which something is computed that this policy refuses to compute. */
const isRefused = ({ via, seen, functions }: SeenFlow, computed: PolicyDocument['computed']): boolean => {
  if (computed === 'withhold' || via !== 'derived' || seen.masks.length === 0) return false
  if (functions.length === 0) return true
  if (functions.every((name) => seen.allowsFunction(name))) return false
  return computed === 'deny' || !neverFailing.some((family) => functions.every((name) => family.has(name)))
}

/**
 * A result that is withheld can still tell something by whether the statement failed, or how long it took:
 * `1 / IFF(SSN = …, 0, 1)`. Under `computed: guarded` what is computed from masked columns is withheld only where it never
 * fails, and denied elsewhere; under `computed: deny` it is denied everywhere. What a class allows is computed and masked
 * as it says.
 */
export const createComputedGuard =
  ({ computed }: Pick<PolicyDocument, 'computed'>): Guard =>
  ({ outputs }) =>
    outputs.flatMap(({ flows }, index) => {
      const refused = new Set(
        flows.filter((flow) => isRefused(flow, computed)).map(({ seen }) => seen.column),
      )
      return [...refused].sort().map((column) =>
        reason('computed-not-allowed', {
          message: `output ${index + 1} is computed from ${column}, which is masked: that it fails for some values, or how long it takes, would tell them`,
          hint: `select ${column} itself: it comes back masked`,
        }),
      )
    })
