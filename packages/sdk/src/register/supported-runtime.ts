import module from 'node:module'
import { SnowfenceError } from '@snowfence/core/errors'

const runtimeName = (): string => {
  const { bun, deno } = process.versions
  if (bun !== undefined) return `Bun ${bun}`
  if (deno !== undefined) return `Deno ${deno}`
  return `Node ${process.version}`
}

/** @throws SnowfenceError ERR_GUARD_UNAVAILABLE on Bun, on Deno, and on a Node that is too old */
export const assertSupportedRuntime = (): void => {
  const { bun, deno } = process.versions
  const isNode = bun === undefined && deno === undefined
  if (isNode && typeof module.registerHooks === 'function') return
  const hint = isNode
    ? 'use Node 22.18 or newer'
    : 'import createGovernedConnection from `snowfence` in the program itself, and leave snowfence/register out'
  // These runtimes may print the message alone.
  throw new SnowfenceError('ERR_GUARD_UNAVAILABLE', {
    message: `snowfence/register governs programs on Node 22.18 or newer; this is ${runtimeName()}, so the program does not start: ${hint}`,
    hint,
  })
}
