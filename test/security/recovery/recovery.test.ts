import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acrossRows } from './across-rows.ts'
import { ages } from './ages.ts'
import { choosing } from './choosing.ts'
import { computedAnywhere } from './computed-anywhere.ts'
import { conversions } from './conversions.ts'
import { groups } from './groups.ts'
import { misfitMasks } from './misfit-masks.ts'
import { ownRows } from './own-rows.ts'
import { type RecoveryProgram, Refused } from './recovery-program.ts'
import { type Ask, type Recovery, startRecovery } from './start-recovery.ts'
import { subjects } from './subjects.ts'
import { unreadRows } from './unread-rows.ts'
import { uses } from './uses.ts'
import { writes } from './writes.ts'

let recovery: Recovery

beforeAll(async () => {
  recovery = await startRecovery()
})
afterAll(async () => await recovery.close())

interface Attack {
  readonly recovered: string | null
  readonly refusals: readonly string[]
  readonly statements: number
}

const MOST_STATEMENTS = 30

const attack = async ({ desk, endsBy, recover }: RecoveryProgram): Promise<Attack> => {
  const agent = await recovery.agentAt(desk)
  const refusals: string[] = []
  let statements = 0
  const ask: Ask = async (sqlText, how) => {
    statements += 1
    const answer = await agent(sqlText, how)
    if (answer.kind === 'denied') refusals.push(answer.reason)
    if (answer.kind === 'rows' && endsBy === 'denial or mask') refusals.push(...answer.withheld)
    return answer
  }
  try {
    return { recovered: await recover(ask), refusals, statements }
  } catch (error) {
    if (error instanceof Refused) return { recovered: null, refusals, statements }
    throw error
  }
}

const programs: readonly (readonly [kind: string, programs: readonly RecoveryProgram[]])[] = [
  ['what is computed and not read', computedAnywhere],
  ['conversions that fail', conversions],
  ['masks over converted values', misfitMasks],
  ['choosing among values', choosing],
  ['uses', uses],
  ['ages', ages],
  ['groups', groups],
  ['subjects', subjects],
  ['rows that decide about others', acrossRows],
  ['writes', writes],
  ['rows of the writer', ownRows],
  ['rows that are not read', unreadRows],
]

describe.each(programs)('%s', (_kind, ofKind) => {
  test.each(ofKind.map((program) => [program.desk, program.name, program] as const))(
    '%s: %s is not recovered',
    async (_desk, _name, program) => {
      const { recovered, refusals, statements } = await attack(program)
      expect(statements).toBeLessThanOrEqual(MOST_STATEMENTS)
      expect(recovered).not.toBe(await recovery.truth(program.truth))
      expect(refusals).not.toEqual([])
    },
  )

  const honest = ofKind.filter((program) => program.honest !== undefined)
  test.each(honest.map((program) => [program.desk, program.honest as string] as const))(
    '%s: the honest statement beside it runs: %s',
    async (desk, sqlText) => {
      const agent = await recovery.agentAt(desk)
      expect(await agent(sqlText)).toMatchObject({ kind: 'rows' })
    },
  )
})
