import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Receipt } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { causeOf, notDurable } from '../sink/not-durable.ts'
import type { SpanSink } from '../sink/span-sink.ts'
import { createSpans } from '../test-support/sample-spans.ts'
import { createGroupCommit } from './group-commit.ts'

/** A sink whose writes end when the test says so. */
const createHeldSink = () => {
  const writes: { names: string[]; end: (error?: Error) => void }[] = []
  let treeSize = 0
  const sink: SpanSink = {
    write: (spans) =>
      new Promise<Receipt>((resolve, reject) => {
        writes.push({
          names: spans.map(({ name }) => name),
          end: (error) => {
            if (error !== undefined) return reject(error)
            const firstLeaf = treeSize
            treeSize += spans.length
            resolve({ firstLeaf, leaves: spans.length, treeSize, rootHash: 'root' })
          },
        })
      }),
    close: async () => {},
  }
  return { sink, writes }
}

const limits = { maxQueue: 10, maxBatch: 4, timeoutMilliseconds: 60_000, lingerMilliseconds: 60_000 }
const settled = async (promises: readonly Promise<Receipt>[]) =>
  (await Promise.allSettled(promises)).map((result) =>
    result.status === 'fulfilled' ? result.value.firstLeaf : causeOf(result.reason),
  )
/** Lets everything that is ready to go on do so. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('records that come while a write is under way', () => {
  it('share the next write, in their order', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const commits = createSpans(4).map((span) => group.commit(span))
    expect(writes.map(({ names }) => names)).toEqual([['span 0']])
    writes[0]!.end()
    await turn()
    expect(writes.map(({ names }) => names)).toEqual([['span 0'], ['span 1', 'span 2', 'span 3']])
    writes[1]!.end()
    expect(await settled(commits)).toEqual([0, 1, 1, 1])
  })

  it('are not acknowledged before their own write is', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const [first, second] = createSpans(2).map((span) => group.commit(span))
    let isSecondDone = false
    void second!.then(() => {
      isSecondDone = true
    })
    writes[0]!.end()
    await first
    await turn()
    expect(isSecondDone).toBe(false)
    writes[1]!.end()
    await second
  })

  it('never make a write longer than allowed', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const commits = createSpans(8).map((span) => group.commit(span))
    for (let position = 0; position < 3; position += 1) {
      writes[position]!.end()
      await turn()
    }
    expect(writes.map(({ names }) => names.length)).toEqual([1, 4, 3])
    expect(await settled(commits)).toHaveLength(8)
  })
})

describe('a write that fails', () => {
  it('rejects exactly the records that it carried', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const results = settled(createSpans(6).map((span) => group.commit(span)))
    writes[0]!.end()
    await turn()
    writes[1]!.end(notDurable('unreachable'))
    await turn()
    writes[2]!.end()
    expect(await results).toEqual([0, ...Array(4).fill('unreachable'), 1])
  })

  it('does not take down the others when one record is refused for what it is', async () => {
    const stored: string[] = []
    const sink: SpanSink = {
      write: async (spans: readonly ReadableSpan[]) => {
        if (spans.some(({ name }) => name === 'span 2')) throw notDurable('refused')
        const firstLeaf = stored.length
        stored.push(...spans.map(({ name }) => name))
        return { firstLeaf, leaves: spans.length, treeSize: stored.length, rootHash: 'root' }
      },
      close: async () => {},
    }
    const group = createGroupCommit({ sink, ...limits })
    const results = await settled(createSpans(5).map((span) => group.commit(span)))
    expect(results[2]).toBe('refused')
    expect(results.filter((result) => result === 'refused')).toHaveLength(1)
    expect([...stored].sort()).toEqual(['span 0', 'span 1', 'span 3', 'span 4'])
  })

  it('ends in time although the store never answers, and later records get through', async () => {
    let isHanging = true
    const sink: SpanSink = {
      write: async (spans) => {
        if (isHanging) await new Promise(() => {})
        return { firstLeaf: 0, leaves: spans.length, treeSize: spans.length, rootHash: 'root' }
      },
      close: async () => {},
    }
    const group = createGroupCommit({ sink, ...limits, timeoutMilliseconds: 20 })
    const [first, second] = createSpans(2)
    expect(await settled([group.commit(first!)])).toEqual(['timeout'])
    isHanging = false
    expect(await settled([group.commit(second!)])).toEqual([0])
  })
})

describe('the queue', () => {
  it('refuses a record when it is full, and keeps those that wait', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({
      sink,
      maxQueue: 2,
      maxBatch: 4,
      timeoutMilliseconds: 60_000,
      lingerMilliseconds: 60_000,
    })
    const commits = createSpans(4).map((span) => group.commit(span))
    commits[3]!.catch(() => {})
    writes[0]!.end()
    await turn()
    writes[1]!.end()
    expect(await settled(commits)).toEqual([0, 1, 1, 'queue-full'])
  })

  it('lets a caller stop waiting, and still writes what happened', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const [first, second] = createSpans(2)
    const caller = new AbortController()
    const commits = [group.commit(first!), group.commit(second!, { signal: caller.signal })]
    commits[1]!.catch(() => {})
    caller.abort()
    writes[0]!.end()
    await turn()
    expect(writes[1]!.names).toEqual(['span 1'])
    writes[1]!.end()
    expect(await settled(commits)).toEqual([0, 'aborted'])
  })

  it('is written to its end on close, and refuses everything after it', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const [first, second, third] = createSpans(3)
    const commits = [group.commit(first!), group.commit(second!)]
    const closing = group.close()
    const late = group.commit(third!)
    late.catch(() => {})
    writes[0]!.end()
    await turn()
    writes[1]!.end()
    await closing
    expect(await settled([...commits, late])).toEqual([0, 1, 'closed'])
  })
})

describe('a record that may linger', () => {
  it('travels with the next one that does not', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const [first, second] = createSpans(2)
    const commits = [group.commit(first!, { mayLinger: true })]
    await turn()
    expect(writes).toEqual([])
    commits.push(group.commit(second!))
    expect(writes.map(({ names }) => names)).toEqual([['span 0', 'span 1']])
    writes[0]!.end()
    expect(await settled(commits)).toEqual([0, 0])
  })

  it('goes by itself when nothing else comes', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits, lingerMilliseconds: 1 })
    const commit = group.commit(createSpans(1)[0]!, { mayLinger: true })
    while (writes.length === 0) await turn()
    writes[0]!.end()
    expect(await settled([commit])).toEqual([0])
  })

  it('is written when the group closes', async () => {
    const { sink, writes } = createHeldSink()
    const group = createGroupCommit({ sink, ...limits })
    const commit = group.commit(createSpans(1)[0]!, { mayLinger: true })
    const closing = group.close()
    writes[0]!.end()
    await closing
    expect(await settled([commit])).toEqual([0])
  })
})
