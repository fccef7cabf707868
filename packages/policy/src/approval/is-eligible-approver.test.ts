import { describe, expect, it } from 'vitest'
import { approverRefusal, countApprovers, isEligibleApprover } from './is-eligible-approver.ts'

const requirement = { approverGroups: ['privacy-office', 'medical-records'] }
const requester = { issuer: 'https://issuer.test', subject: 'agent-1' }

describe('an approver', () => {
  it('is of one of the required groups', () => {
    const reviewer = {
      issuer: 'https://issuer.test',
      subject: 'reviewer-1',
      groups: ['staff', 'medical-records'],
    }
    expect(isEligibleApprover(requirement, requester, reviewer)).toBe(true)
    expect(approverRefusal(requirement, requester, { ...reviewer, groups: ['staff'] })).toBe(
      'not-in-an-approver-group',
    )
  })

  it('is never the requester, whatever groups they are in', () => {
    const reviewer = { ...requester, groups: ['privacy-office', 'administrators'] }
    expect(approverRefusal(requirement, requester, reviewer)).toBe('is-requester')
  })

  it('is another person when another issuer uses the same subject', () => {
    const reviewer = { issuer: 'https://other.test', subject: 'agent-1', groups: ['privacy-office'] }
    expect(isEligibleApprover(requirement, requester, reviewer)).toBe(true)
  })

  it('counts once towards a quorum, however often they answer', () => {
    const one = { issuer: 'https://issuer.test', subject: 'reviewer-1' }
    expect(countApprovers([one, { ...one }, { ...one, subject: 'reviewer-2' }])).toBe(2)
    expect(
      countApprovers([
        { issuer: 'a', subject: 'b|c' },
        { issuer: 'a|b', subject: 'c' },
      ]),
    ).toBe(2)
  })
})
