import { generateKeyPairSync } from 'node:crypto'
import {
  type AuditExport,
  createAuditTrail,
  createAuditTree,
  createExportedHead,
  createMemorySink,
  createMemoryTreeStore,
  createNoteKey,
  signCheckpoint,
  verifyExport,
} from '@snowfence/audit'
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
})
