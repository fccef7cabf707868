import { describe, expect, it } from 'vitest'
import { compileNamePattern } from './name-pattern.ts'

const matches = (pattern: string, resource: string) => compileNamePattern(pattern)!.matches(resource)
const covers = (wide: string, narrow: string) => compileNamePattern(wide)!.covers(compileNamePattern(narrow)!)

describe('a resource pattern', () => {
  it('matches names of any case the author used, and quoted names only as they are', () => {
    expect(matches('clinic.public.patients', 'CLINIC.PUBLIC.PATIENTS')).toBe(true)
    expect(matches('CLINIC.PUBLIC."patients"', 'CLINIC.PUBLIC.PATIENTS')).toBe(false)
    expect(matches('CLINIC.PUBLIC."patients"', 'CLINIC.PUBLIC."patients"')).toBe(true)
  })

  it('with a last star matches every table below, quoted names with dots too', () => {
    expect(matches('CLINIC.*', 'CLINIC.PUBLIC.PATIENTS')).toBe(true)
    expect(matches('CLINIC.PUBLIC.*', 'CLINIC.PUBLIC."odd.name *"')).toBe(true)
    expect(matches('CLINIC.PUBLIC.*', 'CLINIC.PUBLIC2.PATIENTS')).toBe(false)
    expect(matches('CLINIC.PUBLIC.*', 'CLINIC."PUBLIC.X".PATIENTS')).toBe(false)
  })

  it('with a star inside a part stays inside that part', () => {
    expect(matches('CLINIC.*.NOTES', 'CLINIC.PUBLIC.NOTES')).toBe(true)
    expect(matches('CLINIC.PUBLIC.P*S', 'CLINIC.PUBLIC.PATIENTS')).toBe(true)
    expect(matches('CLINIC.PUBLIC.P*S', 'CLINIC.PUBLIC."P.X.S"')).toBe(true)
    expect(matches('CLINIC.PUBLIC.P*S', 'CLINIC.PUBLIC.PATIENT')).toBe(false)
  })

  it('of a table never matches a stage or a function, and the other way round', () => {
    expect(matches('CLINIC.PUBLIC.*', 'stage:@CLINIC.PUBLIC.S')).toBe(false)
    expect(matches('stage:@CLINIC.*', 'CLINIC.PUBLIC.PATIENTS')).toBe(false)
    expect(matches('stage:@clinic.*', 'stage:@CLINIC.PUBLIC.S')).toBe(true)
    expect(matches('function:CLINIC.PUBLIC.*', 'function:CLINIC.PUBLIC.SEND')).toBe(true)
    expect(matches('*', 'function:CLINIC.PUBLIC.SEND')).toBe(true)
  })

  it('is refused where it could match nothing', () => {
    for (const text of ['PATIENTS', 'PUBLIC.PATIENTS', 'A.B.C.D', 'A.B.', '', '**'])
      expect(compileNamePattern(text), text).toBeNull()
  })

  it('covers another when it matches all that the other can', () => {
    expect(covers('*', 'CLINIC.*')).toBe(true)
    expect(covers('CLINIC.*', 'CLINIC.PUBLIC.*')).toBe(true)
    expect(covers('CLINIC.PUBLIC.*', 'CLINIC.PUBLIC.NOTES')).toBe(true)
    expect(covers('CLINIC.PUBLIC.P*', 'CLINIC.PUBLIC.PA*')).toBe(true)
    expect(covers('CLINIC.PUBLIC.*', 'CLINIC.*')).toBe(false)
    expect(covers('CLINIC.PUBLIC.PA*', 'CLINIC.PUBLIC.P*')).toBe(false)
    expect(covers('CLINIC.*', '*')).toBe(false)
    expect(covers('CLINIC.*.NOTES', 'CLINIC.*')).toBe(false)
  })
})
