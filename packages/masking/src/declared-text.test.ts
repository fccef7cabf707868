import { agentSchema } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { declaredAgent, declaredText, declaredWord } from './declared-text.ts'

const NOTE =
  'Discharge letter of patient: Zebulon Quackenbush, SSN 219-09-9999, MRN 84731950, call (212) 555-0147, zeb@example.org'

describe('a declared text', () => {
  it('has its identifiers replaced by their kind', () => {
    const text = declaredText(NOTE)
    for (const value of ['Zebulon', 'Quackenbush', '219-09-9999', '84731950', '555-0147', 'zeb@'])
      expect(text).not.toContain(value)
    expect(text).toContain('[ssn]')
    expect(text).toContain('Discharge letter')
  })

  it.each([NOTE, 'weekly readmission report', 'cohort of 30 days', '[ssn] [mrn]', ''])(
    'is left alone when it is declared again: %s',
    (text) => {
      expect(declaredText(declaredText(text))).toBe(declaredText(text))
      expect(declaredWord(declaredWord(text))).toBe(declaredWord(text))
    },
  )
})

describe('a declared word', () => {
  it.each([
    'readmissions-bot',
    'HOPERAT',
    '1.4.0',
    '10.2.0.1',
    'gpt-5-2026-11-30',
    'claude-opus-4-20250514',
    '7f1c7a52-9a49-4d0e-8f1b-3a0c5b9d1e2f',
    '01J9Z3NDEKTSV4RRFFQ69G5FAV',
    '2026-11-30T12:00:00Z',
    '1764519600000',
  ])('stays as it is where it holds no identifier of a person: %s', (word) => {
    expect(declaredWord(word)).toBe(word)
  })

  it.each([
    ['bot-219-09-9999', '219-09-9999'],
    ['219-09-9999', '219-09-9999'],
    ['+12125550147', '2125550147'],
    ['zeb@example.org', 'zeb'],
    ['mrn:84731950', '84731950'],
  ])('has an identifier replaced: %s', (word, value) => {
    expect(declaredWord(word)).not.toContain(value)
  })
})

it('what an agent declares is in the form of the protocol after its identifiers were replaced', () => {
  const agent = {
    id: 'bot-219-09-9999',
    name: 'the bot of Mrs. Quackenbush',
    version: '1.4.0',
    task: `${'call (212) 555-0147. '.repeat(95)}${NOTE.slice(0, 2)}`,
    conversationId: `${'1'.repeat(3)} ${'219-09-9999 '.repeat(16)}`.trim(),
  }
  expect(agentSchema.safeParse(agent).success).toBe(true)
  const declared = declaredAgent(agent)
  expect(agentSchema.safeParse(declared).success).toBe(true)
  expect(JSON.stringify(declared)).not.toMatch(/219-09|Quackenbush|555-0147/)
  expect(declared.version).toBe('1.4.0')
  expect(declaredAgent(declared)).toEqual(declared)
  expect(declaredAgent({ id: 'a' })).toEqual({ id: 'a' })
})
