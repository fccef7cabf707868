import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import type { Gate, SkippedGate } from '../gate.ts'
import { readableBy, readPolicies } from '../neutral-policy.ts'

const configurations = {
  'sql-data-guard':
    "verify_sql with dialect 'snowflake': the granted tables and their clear columns, in both cases, no restrictions; a statement that it would rewrite counts as denied",
  'agent-sql-guard':
    "evaluate_static with dialect 'snowflake', pii_mode 'reference' (its default): the granted tables, and their other columns as denylist; `confirm` counts as allowed",
} as const
export const pythonGates = Object.keys(configurations) as (keyof typeof configurations)[]

/** One guard of the Python world in a process of its own. */
export const createPythonGate = async (
  name: keyof typeof configurations,
  python: string,
): Promise<Gate | SkippedGate> => {
  const child = spawn(python, [path.join(import.meta.dirname, 'python_gates.py'), name], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (part: Buffer) => {
    complaint += part.toString()
  })
  const ended = Promise.race([once(child, 'error'), once(child, 'close')])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async <T>(schema: z.ZodType<T>): Promise<T> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`${name} ended: ${complaint}`)
    return schema.parse(JSON.parse(value))
  }
  const first = await Promise.race([
    read(z.object({ version: z.string() })).catch(() => null),
    ended.then(() => null),
  ])
  if (first === null) {
    await ended
    const reason = complaint.trim().split('\n').at(-1)
    return { name, skipped: reason === undefined || reason === '' ? `${python} does not run` : reason }
  }
  const policies = readPolicies()
  return {
    name,
    version: first.version,
    configuration: configurations[name],
    judge: async ({ policy, principal, purpose, sql }) => {
      const known = policies[policy]
      const readable = known === undefined ? null : readableBy(known, principal, purpose)
      if (readable === null) return { outcome: 'deny' }
      const { clear, hidden } = readable
      const question = {
        readable: { clear: Object.fromEntries(clear), hidden: Object.fromEntries(hidden) },
        sql,
      }
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const { allowed } = await read(z.object({ allowed: z.boolean() }))
      return { outcome: allowed ? 'allow' : 'deny' }
    },
    close: async () => {
      child.stdin.end()
      await ended
    },
  }
}
