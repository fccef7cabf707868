import { describe, expect, it } from 'vitest'
import type { RoleConfig } from '../config/broker-config.ts'
import { chooseRole, findElevation } from './choose-role.ts'

const entry = (changes: Partial<RoleConfig>): RoleConfig => ({
  groups: ['clinic-agents'],
  user: 'CLINIC_AGENT',
  role: 'CLINIC_READER',
  warehouse: null,
  elevatedRoles: [],
  ...changes,
})

const roles = [
  entry({}),
  entry({ role: 'CLINIC_WRITER', groups: ['clinic-writers'], elevatedRoles: ['CLINIC_ADMIN'] }),
  entry({
    role: 'LAB_READER',
    user: 'LAB_AGENT',
    groups: ['lab-agents'],
    elevatedRoles: ['LAB_NOTES_READER'],
  }),
]

describe('the role of a principal', () => {
  it('is of the first entry that names one of its groups', () => {
    expect(chooseRole(roles, { groups: ['lab-agents', 'clinic-agents'] }, undefined).role).toBe(
      'CLINIC_READER',
    )
  })

  it('is another of its own when that is asked for', () => {
    expect(chooseRole(roles, { groups: ['lab-agents', 'clinic-agents'] }, 'LAB_READER').user).toBe(
      'LAB_AGENT',
    )
  })

  it.each([
    [[], undefined],
    [['nobody'], undefined],
    [['clinic-agents'], 'CLINIC_WRITER'],
    [['clinic-agents'], 'clinic_reader'],
    [['clinic-writers'], 'CLINIC_ADMIN'],
  ])('is none for the groups %j and the wish %j', (groups, wanted) => {
    expect(() => chooseRole(roles, { groups }, wanted)).toThrowError(
      expect.objectContaining({ code: 'ERR_SESSION_NO_ROLE' }),
    )
  })
})

describe('an elevated role', () => {
  it('is allowed by an entry of the group, for the user of the session', () => {
    expect(findElevation(roles, { groups: ['lab-agents'] }, 'LAB_AGENT', 'LAB_NOTES_READER')).toBeDefined()
  })

  it('is not allowed to another group, for another user, or when it is not listed', () => {
    expect(
      findElevation(roles, { groups: ['clinic-agents'] }, 'LAB_AGENT', 'LAB_NOTES_READER'),
    ).toBeUndefined()
    expect(
      findElevation(roles, { groups: ['lab-agents'] }, 'CLINIC_AGENT', 'LAB_NOTES_READER'),
    ).toBeUndefined()
    expect(findElevation(roles, { groups: ['lab-agents'] }, 'LAB_AGENT', 'LAB_READER')).toBeUndefined()
  })
})
