import { describe, expect, it } from 'vitest'
import { ApprovalSignals } from './approval-signals.ts'

const LONG_MS = 60_000
const present = new AbortController().signal
const told = (waiting: Promise<void>): Promise<string> => waiting.then(() => 'told')

describe('a waiter for an approval', () => {
  it('is told of a change that came before it began to wait', async () => {
    const signals = new ApprovalSignals()
    const waiter = signals.listen('a')
    signals.tell('a')
    expect(await told(waiter.next(LONG_MS, present))).toBe('told')
    const next = told(waiter.next(LONG_MS, present))
    signals.tell('b')
    expect(await Promise.race([next, new Promise((resolve) => setImmediate(resolve, 'waits'))])).toBe('waits')
    signals.tellAll()
    expect(await next).toBe('told')
  })

  it('is told when its time is over, and when its client is gone', async () => {
    const signals = new ApprovalSignals()
    expect(await told(signals.listen('a').next(1, present))).toBe('told')
    const client = new AbortController()
    const waiting = told(signals.listen('a').next(LONG_MS, client.signal))
    client.abort()
    expect(await waiting).toBe('told')
    expect(await told(signals.listen('a').next(LONG_MS, client.signal))).toBe('told')
  })
})
