import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Mask } from '@snowfence/core'
import * as z from 'zod'
import { createPolicyGate } from '../../honest/policy-gate.ts'
import type { Gate, ShownColumn } from '../gate.ts'

/** Masks that show nothing of the value: the same text, or NULL, for every value. */
const withholding = new Set<Mask['kind']>(['withhold', 'redact'])

const shownBy = (mask: Mask | null): ShownColumn['shown'] =>
  mask === null ? 'clear' : withholding.has(mask.kind) ? 'withheld' : 'masked'

const readVersion = (): string => {
  const manifest = path.resolve(import.meta.dirname, '../../../packages/sdk/package.json')
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8'))).version
}

/** Analysis and policy of this product, under the shipped policies. */
export const createSnowfenceGate = async (): Promise<Gate> => {
  const gate = await createPolicyGate()
  return {
    name: 'snowfence',
    version: readVersion(),
    configuration: 'the policies of examples/policies over their catalogue',
    judge: (question) => {
      const { decision } = gate.judge(question)
      if (decision.decision !== 'allow') return { outcome: 'deny' }
      const columns = decision.columns.map(({ name, mask }) => ({ name, shown: shownBy(mask) }))
      return { outcome: columns.some(({ shown }) => shown !== 'clear') ? 'mask' : 'allow', columns }
    },
  }
}
