import type { Description } from './describe-value.ts'

/** A place where a governed program observed something else than a program of the driver's. */
export interface Deviation {
  readonly at: string
  readonly driver: Description | undefined
  readonly governed: Description | undefined
}

const isRecord = (value: unknown): value is { readonly [name: string]: Description } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const join = (at: string, name: string | number): string => (at === '' ? String(name) : `${at}.${name}`)

/** Every place where two observations are not the same, the deepest that tells. */
export const compareObservations = (
  driver: Description | undefined,
  governed: Description | undefined,
  at = '',
): readonly Deviation[] => {
  if (Array.isArray(driver) && Array.isArray(governed) && driver.length === governed.length)
    return driver.flatMap((element: Description, index) =>
      compareObservations(element, governed[index] as Description, join(at, index)),
    )
  if (isRecord(driver) && isRecord(governed))
    return [...new Set([...Object.keys(driver), ...Object.keys(governed)])].flatMap((name) =>
      compareObservations(driver[name], governed[name], join(at, name)),
    )
  return JSON.stringify(driver) === JSON.stringify(governed) ? [] : [{ at, driver, governed }]
}

/** What stands at a place of an observation. */
export const observedAt = (observation: Description | undefined, at: string): Description | undefined =>
  at
    .split('.')
    .reduce<unknown>(
      (value, segment) =>
        segment === '' || value === null || typeof value !== 'object'
          ? value
          : (value as Record<string, unknown>)[segment],
      observation,
    ) as Description | undefined

/** Whether a place is the one that a pattern names, or below it. An empty pattern names the whole observation. */
export const isCovered = (pattern: string, at: string): boolean => {
  if (pattern === '') return true
  const wanted = pattern.split('.')
  const found = at.split('.')
  return wanted.every((segment, index) => segment === '*' || segment === found[index])
}
