import { isDeepStrictEqual } from 'node:util'
import type { PermitRule, Rule } from '../document/rule-schema.ts'
import { compileNamePattern } from '../naming/name-pattern.ts'

/**
 * Whether `wide` speaks whenever `narrow` does. Conditions are compared, not solved: a no may be a yes, a yes is
 * certain.
 */
export const coversRule = (wide: Rule, narrow: Rule): boolean =>
  narrow.actions.every((action) => wide.actions.includes(action)) &&
  coversResources(wide.resources, narrow.resources) &&
  coversList(wide.purposes, narrow.purposes) &&
  coversPrincipals(wide.principals, narrow.principals) &&
  (wide.times === undefined || isDeepStrictEqual(wide.times, narrow.times)) &&
  (wide.validFrom === undefined || (narrow.validFrom !== undefined && narrow.validFrom >= wide.validFrom)) &&
  (wide.validUntil === undefined ||
    (narrow.validUntil !== undefined && narrow.validUntil <= wide.validUntil)) &&
  (wide.when === undefined || (wide.effect === narrow.effect && isDeepStrictEqual(wide.when, narrow.when)))

const coversResources = (wide: readonly string[], narrow: readonly string[]): boolean => {
  const patterns = wide.flatMap((text) => compileNamePattern(text) ?? [])
  return narrow.every((text) => {
    const inner = compileNamePattern(text)
    return inner !== null && patterns.some((pattern) => pattern.covers(inner))
  })
}

const coversList = <T>(wide: readonly T[] | undefined, narrow: readonly T[] | undefined): boolean =>
  wide === undefined || (narrow?.every((item) => wide.includes(item)) ?? false)

const coversPrincipals = (wide: Rule['principals'], narrow: Rule['principals']): boolean => {
  if (wide === undefined) return true
  if (narrow === undefined) return false
  return (
    coversList(wide.groups, narrow.groups) &&
    coversList(wide.subjects, narrow.subjects) &&
    coversList(wide.issuers, narrow.issuers) &&
    coversList(wide.agents, narrow.agents) &&
    Object.entries(wide.claims ?? {}).every(([name, values]) => coversList(values, narrow.claims?.[name]))
  )
}

/** Whether a covered rule has no obligation and reveals nothing beyond the one that covers it. */
export const addsNothing = (narrow: Rule, wide: Rule): boolean => {
  if (narrow.effect === 'forbid' || wide.effect === 'forbid') return narrow.effect === wide.effect
  return (
    coversList(wide.reveal ?? [], narrow.reveal ?? []) &&
    (narrow.masks === undefined || isDeepStrictEqual(narrow.masks, wide.masks)) &&
    (narrow.profile === undefined || narrow.profile === wide.profile) &&
    (narrow.approval === undefined || isDeepStrictEqual(narrow.approval, wide.approval)) &&
    (narrow.breakGlass === undefined || isDeepStrictEqual(narrow.breakGlass, wide.breakGlass)) &&
    addsNoLimit(narrow.limits, wide.limits)
  )
}

const addsNoLimit = (narrow: PermitRule['limits'], wide: PermitRule['limits']): boolean =>
  Object.entries(narrow ?? {}).every(([name, value]) => {
    const other = wide?.[name as keyof typeof wide]
    if (other === undefined) return false
    if (typeof value !== 'number' || typeof other !== 'number') return value === other
    return name === 'minimumGroupSize' ? value <= other : value >= other
  })
