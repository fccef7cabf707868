import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { collectMaskedRows } from './collect-masked-rows.ts'
import { MaskedRowStream, type MaskedRowStreamOptions } from './masked-row-stream.ts'
import { readRows } from './row-flow.ts'

const shape = (row: unknown) => [`masked ${(row as unknown[])[0]}`]
const rows = (count: number): unknown[][] => Array.from({ length: count }, (_, index) => [index])

const streamOver = (
  source: Readable,
  {
    settle = async () => {},
    open = async () => readRows(source, shape),
  }: Partial<MaskedRowStreamOptions> = {},
) =>
  new MaskedRowStream({
    highWaterMark: 10,
    open,
    settle,
    translate: (error) => new Error('translated', { cause: error }),
  })

test('every row goes through the shaper, and the outcome is recorded before the end', async () => {
  const events: string[] = []
  const stream = streamOver(Readable.from(rows(100)), {
    settle: async ({ rows: count, error }) => {
      events.push(`settled ${count} ${error}`)
    },
  })
  stream.on('end', () => events.push('end'))
  const seen: unknown[] = []
  for await (const row of stream) seen.push(row)
  expect(seen).toHaveLength(100)
  expect(seen[99]).toEqual(['masked 99'])
  expect(events).toEqual(['settled 100 null', 'end'])
})

test('a record that is not durable fails the stream instead of ending it', async () => {
  const stream = streamOver(Readable.from(rows(1)), {
    settle: async () => {
      throw new Error('not durable')
    },
  })
  await expect(stream.toArray()).rejects.toMatchObject({
    message: 'translated',
    cause: { message: 'not durable' },
  })
})

test('a slow reader holds back the source', async () => {
  let produced = 0
  const source = new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      produced += 1
      this.push([produced])
    },
  })
  const stream = streamOver(source)
  await new Promise((resolve) => stream.once('readable', resolve))
  expect(stream.read()).toEqual(['masked 1'])
  await new Promise((resolve) => setImmediate(resolve))
  expect(produced).toBeLessThan(40)
  stream.destroy()
  await new Promise((resolve) => stream.once('close', resolve))
  expect(source.destroyed).toBe(true)
})

test('an error of the source is translated, and recorded before it is seen', async () => {
  const events: string[] = []
  const source = new Readable({ objectMode: true, read() {} })
  const stream = streamOver(source, {
    settle: async ({ error }) => {
      events.push(`settled ${error?.message}`)
    },
  })
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve))
  stream.resume()
  await new Promise((resolve) => setImmediate(resolve))
  source.destroy(new Error("Numeric value '123-45-6789' is not recognized"))
  expect((await failed).message).toBe('translated')
  expect(events).toEqual(['settled translated'])
})

test('a shaper that throws fails the stream and hands out no further row', async () => {
  const stream = streamOver(Readable.from(rows(3)), {
    open: async () =>
      readRows(Readable.from(rows(3)), (row) => {
        if ((row as number[])[0] === 1) throw new Error('mask failed')
        return row
      }),
  })
  const seen: unknown[] = []
  await expect(
    (async () => {
      for await (const row of stream) seen.push(row)
    })(),
  ).rejects.toThrow('translated')
  expect(seen.length).toBeLessThanOrEqual(1)
})

test('a statement that fails before it has rows fails its stream', async () => {
  const stream = streamOver(Readable.from([]), {
    open: async () => {
      throw new Error('denied')
    },
  })
  await expect(stream.toArray()).rejects.toThrow('translated')
})

test('collecting masks while it reads, and rejects with the error of the source', async () => {
  expect(await collectMaskedRows(readRows(Readable.from(rows(3)), shape))).toEqual([
    ['masked 0'],
    ['masked 1'],
    ['masked 2'],
  ])
  const broken = new Readable({
    objectMode: true,
    read() {
      this.destroy(new Error('broken'))
    },
  })
  await expect(collectMaskedRows(readRows(broken, shape))).rejects.toThrow('broken')
})
