/**
 * One mask, compiled for one column. `apply` gets a value that is neither null nor undefined and gives what may
 * be shown, `null` to withhold it.
 */
export type ApplyMask = (value: unknown) => unknown

/** INVARIANT: no input makes the result throw. What a mask cannot handle is withheld. */
export const makeTotal =
  (apply: ApplyMask): ApplyMask =>
  (value) => {
    if (value === null || value === undefined) return null
    try {
      return apply(value)
    } catch {
      return null
    }
  }
