import { type CanonicalSpan, canonicalSpans, createAuditTrail, type SpanSink } from '@snowfence/audit'
import { isSnowfenceError } from '@snowfence/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** One sink under test, and the means to see what it stored. */
export interface OpenSpanSink {
  readonly sink: SpanSink
  /** The spans that are stored, in their order. */
  stored(): Promise<readonly CanonicalSpan[]>
  close(): Promise<void>
}

type Spans = Parameters<SpanSink['write']>[0]

/** Spans as the trail makes them, caught on their way to a sink. */
const createSpans = async (count: number): Promise<Spans> => {
  const spans: Spans[number][] = []
  const catching: SpanSink = {
    write: async (written) => {
      spans.push(...written)
      return { firstLeaf: 0, leaves: written.length, treeSize: spans.length, rootHash: '' }
    },
    close: async () => {},
  }
  const trail = createAuditTrail({ sink: catching, serviceName: 'test' })
  for (let number = 0; number < count; number += 1) {
    await trail.record('session', 'session.started', { 'snowfence.session.id': `session-${number}` })
  }
  return spans
}

const signal = new AbortController().signal

/** The suite that every adapter of `SpanSink` passes. */
export const describeSpanSink = (name: string, open: () => Promise<OpenSpanSink>): void => {
  describe(`${name} makes spans durable`, () => {
    let opened: OpenSpanSink
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    it('has stored them when it acknowledges them, in their order and unchanged', async () => {
      const spans = await createSpans(3)
      await opened.sink.write(spans.slice(0, 1), signal)
      await opened.sink.write(spans.slice(1), signal)
      expect(await opened.stored()).toEqual(canonicalSpans(spans))
    })

    it('gives a receipt that says where they stand', async () => {
      const spans = await createSpans(5)
      const first = await opened.sink.write(spans.slice(0, 2), signal)
      const second = await opened.sink.write(spans.slice(2), signal)
      expect(first.leaves).toBe(2)
      expect(second).toMatchObject({
        firstLeaf: first.firstLeaf + 2,
        leaves: 3,
        treeSize: first.treeSize + 3,
      })
      expect(second.rootHash).not.toBe(first.rootHash)
      expect(Buffer.from(second.rootHash, 'base64')).toHaveLength(32)
    })

    it('keeps writes in order that are begun at the same time', async () => {
      const spans = await createSpans(6)
      const receipts = await Promise.all(spans.map((span) => opened.sink.write([span], signal)))
      expect(receipts.map(({ firstLeaf }) => firstLeaf)).toEqual(
        receipts.map((_, position) => receipts[0]!.firstLeaf + position),
      )
      expect(await opened.stored()).toEqual(canonicalSpans(spans))
    })

    it('does not store a span twice, and says where it stands', async () => {
      const spans = await createSpans(2)
      const { firstLeaf, treeSize, rootHash } = await opened.sink.write(spans, signal)
      const held = [firstLeaf, firstLeaf + 1]
      expect(await opened.sink.write(spans, signal)).toMatchObject({ leaves: 0, held, treeSize, rootHash })
      expect(await opened.stored()).toHaveLength(2)
    })

    it('gives one receipt for spans that it holds and spans that are new', async () => {
      const spans = await createSpans(3)
      const { firstLeaf, treeSize } = await opened.sink.write(spans.slice(1, 2), signal)
      const receipt = await opened.sink.write(spans, signal)
      expect(receipt).toMatchObject({ leaves: 2, held: [firstLeaf], treeSize: treeSize + 2 })
      expect(await opened.stored()).toHaveLength(3)
    })

    it('refuses spans after it was closed', async () => {
      const spans = await createSpans(1)
      await opened.sink.close()
      const late = await opened.sink.write(spans, signal).catch((error: unknown) => error)
      expect(isSnowfenceError(late, 'ERR_AUDIT_NOT_DURABLE')).toBe(true)
    })
  })
}
