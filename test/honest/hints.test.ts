import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { faults, type JudgedHint, judgeHint } from './judge-hint.ts'
import { createPolicyGate, type PolicyGate } from './policy-gate.ts'
import { type RightfulDenial, readRightfulDenials } from './rightful-denial.ts'
import { type SampleClinic, startSampleClinic } from './sample-clinic.ts'

// A refusal that an agent can act upon: what it offers is valid, permitted, and answers the same question or says so.

const denials = readRightfulDenials()
const hintsFile = path.join(import.meta.dirname, 'hints.json')

let gate: PolicyGate
let clinic: SampleClinic
beforeAll(async () => {
  gate = await createPolicyGate()
  clinic = await startSampleClinic()
})
afterAll(async () => await clinic.close())

describe('rightful denials', () => {
  it('are at least seventy, and each has a form that the warehouse runs', async () => {
    expect(denials.length).toBeGreaterThanOrEqual(70)
    expect(new Set(denials.map(({ id }) => id)).size).toBe(denials.length)
    const failed: string[] = []
    for (const { id, useful } of denials)
      for (const sql of useful)
        await clinic.run(sql).catch((error: Error) => failed.push(`${id}: ${sql}: ${error.message}`))
    expect(failed).toEqual([])
  }, 600_000)

  it('offer nothing worse than before', async () => {
    const judged: { denial: RightfulDenial; hint: JudgedHint }[] = []
    const allowed: string[] = []
    for (const denial of denials) {
      const { decision } = gate.judge(denial)
      if (decision.decision === 'allow') allowed.push(denial.id)
      else judged.push({ denial, hint: await judgeHint(denial, decision, { gate, clinic }) })
    }
    const faultsOf = ({ hint }: (typeof judged)[number]): string[] => [
      ...hint.faults,
      ...(hint.namesUsefulForm ? [] : ['names no useful form']),
    ]
    for (const fault of [...faults, 'names no useful form'])
      console.log(
        `${fault}: ${judged.filter((one) => faultsOf(one).includes(fault)).length} of ${judged.length}`,
      )
    console.log(`not denied: ${allowed.join(', ') || 'none'}`)
    const unchecked = judged.flatMap(({ denial, hint }) =>
      hint.unchecked.map((kind) => `${denial.id}: ${kind}`),
    )
    expect(unchecked).toEqual([])
    if (process.env.HONEST_WRITE === '1')
      writeFileSync(
        hintsFile,
        `${JSON.stringify(Object.fromEntries(judged.filter((one) => faultsOf(one).length > 0).map((one) => [one.denial.id, faultsOf(one)])), null, 2)}\n`,
      )
    const known = z.record(z.string(), z.array(z.string())).parse(JSON.parse(readFileSync(hintsFile, 'utf8')))
    const worse = judged.flatMap((one) => {
      const added = faultsOf(one).filter((fault) => !known[one.denial.id]?.includes(fault))
      return added.length === 0 ? [] : { id: one.denial.id, sql: one.denial.sql, added }
    })
    expect(worse).toEqual([])
  }, 600_000)
})
