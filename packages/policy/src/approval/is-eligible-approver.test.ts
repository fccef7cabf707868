import { describe, expect, it } from 'vitest'
import { approverRefusal, isEligibleApprover } from './is-eligible-approver.ts'
import { countPeople, foldPersonName, isSamePerson, type PersonIdentity } from './person-identity.ts'

const requirement = { approverGroups: ['privacy-office', 'medical-records'] }
const one = (subject: string, changes: Partial<PersonIdentity> = {}): PersonIdentity => ({
  issuer: 'https://issuer.test',
  subject,
  person: null,
  ...changes,
})
const requester = [one('agent-1')]
const reviewer = { groups: ['staff', 'medical-records'], people: [one('reviewer-1')] }

describe('an approver', () => {
  it('is of one of the required groups', () => {
    expect(isEligibleApprover(requirement, requester, reviewer)).toBe(true)
    expect(approverRefusal(requirement, requester, { ...reviewer, groups: ['staff'] })).toBe(
      'not-in-an-approver-group',
    )
  })

  it.each<[string, PersonIdentity[], PersonIdentity[]]>([
    ['with the same token', requester, requester],
    ['at another issuer, under the same subject', requester, [one('agent-1', { issuer: 'https://b.test' })]],
    [
      'in other letters',
      [one('Zoë@Clinic.test')],
      [one('zoe\u0308@CLINIC.test', { issuer: 'https://b.test' })],
    ],
    ['in letters of another width', [one('agent-1')], [one('ａｇｅｎｔ-1', { issuer: 'https://b.test' })]],
    ['as the actor of the agent', [one('bot'), one('alice')], [one('alice')]],
    ['as the actor of the reviewer', [one('alice')], [one('bob'), one('alice')]],
    [
      'as a mapped person with two subjects',
      [one('a-1', { person: 'alice' })],
      [one('b-2', { issuer: 'https://b.test', person: 'alice' })],
    ],
    [
      'whose address changed between two tokens',
      [one('a-1', { person: 'alice' })],
      [one('a-1', { person: 'alice-new' })],
    ],
    [
      'who is mapped at one issuer alone',
      [one('alice@clinic.test', { issuer: 'https://b.test' })],
      [one('a-1', { person: 'alice@clinic.test' })],
    ],
  ])('is never the requester, %s', (_name, asking, deciding) => {
    const answer = { groups: ['privacy-office'], people: deciding }
    expect(approverRefusal(requirement, asking, answer)).toBe('is-requester')
  })

  it('is another person where both issuers say who it is, and say different people', () => {
    const left = [one('1001', { person: 'alice' })]
    const right = [one('1001', { issuer: 'https://b.test', person: 'bob' })]
    expect(isSamePerson(left, right)).toBe(false)
  })
})

describe('a quorum', () => {
  it('counts people: neither answers, nor issuers, nor spellings', () => {
    const other = { issuer: 'https://b.test' }
    expect(countPeople([])).toBe(0)
    expect(countPeople([[one('a')], [one('a')], [one('b')]])).toBe(2)
    expect(countPeople([[one('alice')], [one('ALICE', other)]])).toBe(1)
    expect(
      countPeople([[one('a-1', { person: 'alice' })], [one('b-2', { ...other, person: 'alice' })]]),
    ).toBe(1)
  })

  it('counts two as one when a third is both', () => {
    const first = [one('a')]
    const second = [one('b')]
    expect(countPeople([first, second])).toBe(2)
    expect(countPeople([first, second, [one('c'), one('a'), one('b')]])).toBe(1)
  })
})

describe('the name of a person', () => {
  it.each([
    ['Alice@Clinic.Test', 'alice@clinic.test'],
    [' alice ', 'alice'],
    ['ALI\u200dCE', 'alice'],
    ['stra\u00dfe', 'STRASSE'],
    ['\ufb01ona', 'fiona'],
    ['\u212bke', '\u00e5ke'],
  ])('is compared without what makes no other person: %j is %j', (left, right) => {
    expect(foldPersonName(left)).toBe(foldPersonName(right))
  })

  it('keeps apart what is apart', () => {
    expect(foldPersonName('alice')).not.toBe(foldPersonName('alise'))
    expect(foldPersonName('zoë')).not.toBe(foldPersonName('zoe'))
  })
})
