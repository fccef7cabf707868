import { generateKeyPairSync } from 'node:crypto'
import {
  type AuditExport,
  createAuditTrail,
  createAuditTree,
  createExportedHead,
  createMemorySink,
  createMemoryTreeStore,
  createNoteKey,
  formatExport,
  formatRecordLine,
  signCheckpoint,
  verifyExport,
  verifyExportLines,
} from '@snowfence/audit'
import { isSnowfenceError } from '@snowfence/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const LOG = 'broker.example/audit'
const { privateKey } = generateKeyPairSync('ed25519')
const key = createNoteKey(LOG, privateKey)

/** Records of a real trail; which ones a test uses is up to its sizes. */
const sink = createMemorySink()
const trail = createAuditTrail({ sink, serviceName: 'test' })
for (let number = 0; number < 40; number += 1) {
  await trail.record('session', 'session.started', { 'snowfence.session.id': `session-${number}` })
}

const seal = async (batches: readonly number[]): Promise<AuditExport> => {
  const tree = createAuditTree(createMemoryTreeStore())
  const heads: AuditExport['heads'][number][] = []
  let from = 0
  for (const [position, count] of batches.entries()) {
    const { head } = await tree.append(sink.records.slice(from, from + count).map(({ leafHash }) => leafHash))
    const note = signCheckpoint(head, LOG, privateKey, new Date(position * 1000))
    heads.push(createExportedHead({ note, from, ...head }, await tree.evidence(from, head.size)))
    from = head.size
  }
  return { records: sink.records.slice(0, from).map(({ text }, index) => ({ index, text })), heads }
}

/** A record that was never sealed here. */
const foreign = sink.records.at(-1)!.text.replace('session-', 'forged-')

type Forgery = 'character' | 'add' | 'append' | 'number' | 'text' | 'hash' | 'head'

/** Forges one line, or adds one. Which line and with what, is up to the two numbers. */
const forge = (lines: readonly string[], forgery: Forgery, pick: number, other: number): string[] => {
  const at = pick % lines.length
  const line = lines[at] ?? ''
  const count = lines.filter((each) => each.includes('"kind":"record"')).length
  const change = (changed: string) => lines.with(at, changed)
  switch (forgery) {
    case 'character': {
      const position = other % line.length
      const to = String.fromCharCode(33 + (other % 90))
      return change(`${line.slice(0, position)}${to}${line.slice(position + 1)}`)
    }
    case 'add':
      return lines.toSpliced(at, 0, lines[other % lines.length] ?? '')
    case 'append':
      return [...lines, formatRecordLine({ index: count, text: foreign }).trimEnd()]
    case 'number':
      return change(line.replace(/^\{"index":\d+/, `{"index":${other % (count + 3)}`))
    case 'text':
      return change(line.replace('session-', 'sessiom-'))
    case 'hash':
      return change(line.replace(/[A-Za-z0-9+/]{2}=/, (end) => (end === 'AA=' ? 'AB=' : 'AA=')))
    case 'head':
      return change(line.replace(/"(size|from)":\d+/, `"$1":${other % (count + 3)}`))
    default:
      return forgery satisfies never
  }
}

const batches = fc
  .array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 5 })
  .filter((counts) => counts.some((count) => count > 0))

describe('an export of a trail', () => {
  it('is intact however the records were batched', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (counts) => {
        const exported = await seal(counts)
        const anchors = exported.heads
        expect(verifyExport({ ...exported, verify: { key }, anchors })).toMatchObject({
          proved: true,
          intact: true,
          sealed: exported.records.length,
        })
      }),
    )
  })

  it('never verifies with another set or order of records, and never blames a record that is intact', async () => {
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('change', 'drop', 'swap', 'cut'),
        async (counts, pick, other, way) => {
          const { records, heads } = await seal(counts)
          const index = pick % records.length
          const second = other % records.length
          fc.pre(way !== 'swap' || index !== second)
          const text = (position: number) => records[position]!.text
          const changed = {
            change: () => records.with(index, { index, text: text(index).replace('session-', 'sessiom-') }),
            drop: () => records.toSpliced(index, 1),
            swap: () =>
              records
                .with(index, { index, text: text(second) })
                .with(second, { index: second, text: text(index) }),
            cut: () => records.slice(0, index),
          }[way]()
          const { intact, problems } = verifyExport({ records: changed, heads, verify: { key } })
          expect(intact).toBe(false)
          const blamed = problems.flatMap((problem) => ('index' in problem ? [problem.index] : []))
          const touched = way === 'swap' ? [index, second] : way === 'cut' ? [] : [index]
          expect(blamed.every((position) => touched.includes(position))).toBe(true)
        },
      ),
    )
  })

  it('is not proved when any line of it was added or changed, whichever heads are known', async () => {
    const prove = async (lines: readonly string[], anchors: AuditExport['heads']): Promise<boolean> => {
      try {
        return (await verifyExportLines(lines, { verify: { key }, anchors })).proved
      } catch (error) {
        if (isSnowfenceError(error, 'ERR_AUDIT_EXPORT_INVALID')) return false
        throw error
      }
    }
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(
          'character',
          'add',
          'append',
          'number',
          'text',
          'hash',
          'head',
        ) as fc.Arbitrary<Forgery>,
        fc.boolean(),
        async (counts, pick, other, forgery, isAnchored) => {
          const exported = await seal(counts)
          const lines = formatExport(exported).trimEnd().split('\n')
          const anchors = isAnchored ? exported.heads : []
          expect(await prove(lines, anchors)).toBe(true)
          const forged = forge(lines, forgery, pick, other)
          fc.pre(forged.join('\n') !== lines.join('\n'))
          expect(await prove(forged, anchors), `${forgery}: ${forged[pick % forged.length]}`).toBe(false)
        },
      ),
      { numRuns: 400 },
    )
  })
})
