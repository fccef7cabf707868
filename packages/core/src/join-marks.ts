/**
 * Names among the functions of an observation that tell how two columns were equated. `@snowfence/sql` writes them, and
 * `@snowfence/policy` reads from them whose data a joined row is.
 */

/** An equality whose two sides are stored columns, each by itself. */
export const EQUAL_COLUMNS = '= COLUMN'

/** A column on the side of an outer join that keeps its rows, and one on the side that may be NULL. */
export const KEPT_SIDE = 'KEPT SIDE'
export const NULL_SIDE = 'NULL SIDE'

/** An outer join that tells nothing of which side stays. */
export const FULL_JOIN = 'FULL JOIN'
