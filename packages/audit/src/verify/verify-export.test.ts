import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { cosignCheckpoint, signCheckpoint } from '../checkpoint/checkpoint.ts'
import { createNoteKey, ED25519_COSIGNATURE } from '../checkpoint/note-key.ts'
import { sealRecord } from '../codec/audit-record.ts'
import { canonicalSpans } from '../codec/canonical-spans.ts'
import { createSpans } from '../test-support/sample-spans.ts'
import { createAuditTree } from '../tree/audit-tree.ts'
import { appendLeaves, emptyFrontier, frontierRoot } from '../tree/frontier.ts'
import { hashLeaf } from '../tree/hash.ts'
import { createMemoryTreeStore } from '../tree/memory-tree-store.ts'
import {
  type AuditExport,
  createExportedHead,
  type ExportedHead,
  type ExportedRecord,
  formatExport,
  parseExport,
} from './audit-export.ts'
import { describeProblem, type VerificationProblem } from './verification-report.ts'
import { type Anchor, verifyExport, verifyExportLines } from './verify-export.ts'

const LOG = 'broker.example/audit'
const { privateKey } = generateKeyPairSync('ed25519')
const key = createNoteKey(LOG, privateKey)
const batches = [3, 1, 0, 5, 4]
const minute = (number: number): Date => new Date(Date.UTC(2026, 0, 2, 3, number))

const sealText = (number: number): string => {
  const [span] = canonicalSpans(createSpans(1))
  const named = { ...span!, attributes: { number } }
  const receivedAt = minute(number).toISOString()
  return sealRecord(named, { producer: 'sdk', sessionId: 'session-1', principal: null, receivedAt }).text
}

/** A trail as a broker keeps it: a checkpoint after every batch, also after an empty one. */
const createTrail = async (): Promise<AuditExport> => {
  const tree = createAuditTree(createMemoryTreeStore())
  const records: ExportedRecord[] = []
  const heads: ExportedHead[] = []
  let from = 0
  for (const [position, count] of batches.entries()) {
    const texts = Array.from({ length: count }, (_, offset) => sealText(from + offset))
    const { head } = await tree.append(texts.map(hashLeaf))
    records.push(...texts.map((text, offset) => ({ index: from + offset, text })))
    const note = signCheckpoint(head, LOG, privateKey, minute(position))
    heads.push(createExportedHead({ note, from, ...head }, await tree.evidence(from, head.size)))
    from = head.size
  }
  return { records, heads }
}

let trail: AuditExport
beforeAll(async () => {
  trail = await createTrail()
})

const report = (changed: Partial<AuditExport>, anchors: Anchor[] = []) =>
  verifyExport({ ...trail, ...changed, verify: { key }, anchors })
const problemsOf = (
  changed: Partial<AuditExport>,
  anchors: Anchor[] = [],
): readonly VerificationProblem[] => {
  const { intact, problems } = report(changed, anchors)
  expect(intact).toBe(problems.length === 0)
  return problems
}
const changeText = (text: string): string => text.replace('"session-1"', '"session-2"')
const changeRecord = (index: number): ExportedRecord[] =>
  trail.records.map((record) =>
    record.index === index ? { ...record, text: changeText(record.text) } : record,
  )
const withHead = (position: number, change: (head: ExportedHead) => ExportedHead): ExportedHead[] =>
  trail.heads.map((head, index) => (index === position ? change(head) : head))
const anchorAt = (position: number): Anchor => trail.heads[position]!
const hashOf = (text: string): string => Buffer.from(hashLeaf(text)).toString('base64')

describe('an export that nobody touched', () => {
  it('is intact, and gives the head to keep elsewhere', () => {
    expect(report({})).toEqual({
      proved: true,
      intact: true,
      problems: [],
      records: 13,
      sealed: 13,
      unproved: 0,
      checkpoints: 5,
      signed: true,
      witnessed: 0,
      head: { size: 13, rootHash: anchorAt(4).rootHash, issuedAt: minute(4).toISOString(), witnesses: [] },
      openStatements: { count: 0, since: null, traces: [] },
    })
  })

  it('is intact after it was written out and read back', () => {
    const text = formatExport(trail)
    expect(parseExport(text)).toEqual(trail)
    expect(formatExport(parseExport(text))).toBe(text)
  })

  it('fits every head that was kept elsewhere', () => {
    expect(
      problemsOf(
        {},
        trail.heads.map((head) => head),
      ),
    ).toEqual([])
  })

  it('says which head kept elsewhere it was compared with', () => {
    expect(report({}, [anchorAt(1), anchorAt(3)])).toMatchObject({ proved: true, witnessed: 9 })
  })

  it('is verified line by line with the same report', async () => {
    const lines = formatExport(trail).trimEnd().split('\n')
    expect(await verifyExportLines(lines, { verify: { key } })).toEqual(report({}))
  })

  it('may be empty when a head says so', async () => {
    const head = await createAuditTree(createMemoryTreeStore()).head()
    const note = signCheckpoint(head, LOG, privateKey, minute(0))
    const heads = [createExportedHead({ note, from: 0, ...head }, { leaves: [], frontier: [] })]
    expect(report({ records: [], heads })).toMatchObject({ proved: true, sealed: 0, records: 0 })
  })
})

describe('records that no trusted head covers', () => {
  const unprovedBy = (changed: Partial<AuditExport>, anchors: Anchor[] = []) => {
    const { proved, intact, unproved } = report(changed, anchors)
    return { proved, intact, unproved }
  }
  const forged = { index: 13, text: sealText(13) }

  it('are not proved: a record behind the last head', () => {
    const records = [...trail.records, forged]
    expect(unprovedBy({ records })).toEqual({ proved: false, intact: true, unproved: 1 })
    expect(unprovedBy({ records }, [anchorAt(4)])).toEqual({ proved: false, intact: true, unproved: 1 })
  })

  it('are not proved: other records in place of those below a head that was dropped', () => {
    const records = [...trail.records.slice(0, 9), { index: 9, text: sealText(99) }]
    const heads = trail.heads.slice(0, 4)
    expect(unprovedBy({ records, heads })).toEqual({ proved: false, intact: true, unproved: 1 })
    expect(unprovedBy({ records, heads }, [anchorAt(4)])).toMatchObject({ proved: false, intact: false })
  })

  it('are not proved: a trail without any head, and nothing at all', () => {
    expect(unprovedBy({ heads: [] })).toEqual({ proved: false, intact: true, unproved: 13 })
    expect(unprovedBy({ records: [], heads: [] })).toEqual({ proved: false, intact: true, unproved: 0 })
    expect(unprovedBy({ records: [], heads: [] }, [anchorAt(4)])).toMatchObject({ intact: false })
  })

  it('are not proved: a trail whose heads are not signed', () => {
    const unsigned = { ...trail, verify: null }
    expect(verifyExport(unsigned)).toMatchObject({ proved: false, intact: true, unproved: 13, signed: false })
    expect(verifyExport({ ...unsigned, anchors: [anchorAt(4)] })).toMatchObject({ proved: true, unproved: 0 })
  })

  it('are proved by a head that was kept elsewhere, as far as it reaches', () => {
    const last = createHeadOf([...trail.records, forged])
    expect(unprovedBy({ records: [...trail.records, forged] }, [last])).toMatchObject({ proved: true })
    const other = { ...forged, text: sealText(14) }
    expect(unprovedBy({ records: [...trail.records, other] }, [last])).toMatchObject({ intact: false })
  })

  const createHeadOf = (records: readonly ExportedRecord[]): Anchor => {
    const { frontier } = appendLeaves(
      emptyFrontier,
      records.map(({ text }) => hashLeaf(text)),
    )
    return { size: frontier.size, rootHash: Buffer.from(frontierRoot(frontier)).toString('base64') }
  }
})

describe('statements without an outcome', () => {
  const step = (kind: string, spanId: string, parentSpanId: string | null, number: number): string => {
    const [span] = canonicalSpans(createSpans(1))
    const attributes = { 'snowfence.span': kind, 'snowfence.decision': 'allow' }
    return sealRecord(
      { ...span!, traceId: 'a'.repeat(32), spanId, parentSpanId, attributes },
      { producer: 'sdk', sessionId: 'session-1', principal: null, receivedAt: minute(number).toISOString() },
    ).text
  }

  it('are counted, with the time of the first', async () => {
    const texts = [
      step('authorize', '1'.repeat(16), '2'.repeat(16), 1),
      step('authorize', '3'.repeat(16), '4'.repeat(16), 2),
      step('query', '2'.repeat(16), null, 3),
      step('authorize', '5'.repeat(16), '6'.repeat(16), 4),
    ]
    const tree = createAuditTree(createMemoryTreeStore())
    const { head } = await tree.append(texts.map(hashLeaf))
    const note = signCheckpoint(head, LOG, privateKey, minute(5))
    const heads = [createExportedHead({ note, from: 0, ...head }, await tree.evidence(0, head.size))]
    const records = texts.map((text, index) => ({ index, text }))
    expect(report({ records, heads })).toMatchObject({
      proved: true,
      openStatements: { count: 2, since: minute(2).toISOString(), traces: ['a'.repeat(32)] },
    })
  })
})

describe('an excerpt', () => {
  const some = () => trail.records.filter(({ index }) => index % 3 === 1)

  it('is intact when its records are what was sealed', () => {
    expect(
      verifyExport({ records: some(), heads: trail.heads, verify: { key }, isExcerpt: true }).problems,
    ).toEqual([])
  })

  it('is not taken for a whole export', () => {
    expect(problemsOf({ records: some() })).toContainEqual({ kind: 'record-missing', index: 0 })
  })

  it('names a record that was changed or put in another place', () => {
    const records = some().map((record, position) =>
      position === 1 ? { ...record, text: changeText(record.text) } : record,
    )
    const { problems } = verifyExport({ records, heads: trail.heads, verify: { key }, isExcerpt: true })
    expect(problems).toEqual([{ kind: 'record-changed', index: 4 }])
  })

  it('shows against an anchor that the trail was longer', () => {
    const cut = { records: some().filter(({ index }) => index < 9), heads: trail.heads.slice(0, 4) }
    const { problems } = verifyExport({ ...cut, verify: { key }, anchors: [anchorAt(4)], isExcerpt: true })
    expect(problems).toMatchObject([{ kind: 'tail-cut', expected: 13 }])
  })
})

describe('a record', () => {
  it.each([0, 2, 3, 7, 12])('that was changed is named: record %i', (index) => {
    expect(problemsOf({ records: changeRecord(index) })).toEqual([{ kind: 'record-changed', index }])
  })

  it.each([0, 3, 7])('that was taken out is named: record %i', (index) => {
    const records = trail.records.filter((record) => record.index !== index)
    expect(problemsOf({ records })).toEqual([{ kind: 'record-missing', index }])
  })

  it('that was taken out is named although the others were numbered anew', () => {
    const records = trail.records
      .filter(({ index }) => index !== 5)
      .map(({ text }, index) => ({ index, text }))
    const problems = problemsOf({ records })
    expect(problems).toContainEqual({ kind: 'record-missing', index: 5 })
    expect(problems).toContainEqual({ kind: 'record-reordered', index: 5, belongsAt: 6 })
    expect(problems.some(({ kind }) => kind === 'record-changed')).toBe(false)
  })

  it('that changed places with another is named with its right place', () => {
    const text = (index: number) => trail.records[index]!.text
    const records = trail.records.map(({ index }) => ({
      index,
      text: text(index === 4 ? 11 : index === 11 ? 4 : index),
    }))
    expect(problemsOf({ records })).toEqual([
      { kind: 'record-reordered', index: 4, belongsAt: 11 },
      { kind: 'record-reordered', index: 11, belongsAt: 4 },
    ])
  })

  it('whose line stands elsewhere is named', () => {
    const records = [...trail.records.slice(1), trail.records[0]!]
    expect(problemsOf({ records })).toEqual([{ kind: 'record-reordered', index: 12, belongsAt: 0 }])
  })

  it('that was put in is named', () => {
    const records = [...trail.records.slice(0, 6), { index: 5, text: sealText(5) }, ...trail.records.slice(6)]
    expect(problemsOf({ records })).toEqual([{ kind: 'record-added', index: 5 }])
  })

  it('with a number that no export reaches is named, and reserves no memory', () => {
    const records = [...trail.records, { index: 2 ** 50, text: sealText(1) }]
    expect(problemsOf({ records })).toEqual([{ kind: 'record-added', index: 2 ** 50 }])
  })

  it('that repeats another is named', () => {
    const records = [...trail.records, { index: 13, text: trail.records[2]!.text }]
    expect(problemsOf({ records })).toEqual([{ kind: 'record-repeated', index: 13, first: 2 }])
  })

  it('with the ids of another session is a record of its own', () => {
    const again = trail.records[2]!.text.replace('"sessionId":"session-1"', '"sessionId":"session-2"')
    const { problems, proved } = report({ records: [...trail.records, { index: 13, text: again }] })
    expect({ problems, proved }).toEqual({ problems: [], proved: false })
  })

  it('that is none is named', () => {
    const records = [...trail.records, { index: 13, text: '{"version":2}' }]
    expect(problemsOf({ records })).toEqual([{ kind: 'record-malformed', index: 13 }])
  })
})

describe('the end of the trail', () => {
  it('that was cut shows against the checkpoints', () => {
    expect(problemsOf({ records: trail.records.slice(0, 10) })).toEqual([
      { kind: 'tail-cut', expected: 13, found: 10 },
    ])
  })

  it('that was cut together with its checkpoints shows against a head that was kept elsewhere', () => {
    const cut = { records: trail.records.slice(0, 9), heads: trail.heads.slice(0, 4) }
    expect(problemsOf(cut)).toEqual([])
    expect(problemsOf(cut, [anchorAt(4)])).toEqual([{ kind: 'tail-cut', expected: 13, found: 9 }])
  })

  it('that was cut to nothing shows against a head that was kept elsewhere', () => {
    expect(problemsOf({ records: [], heads: [] }, [anchorAt(4)])).toEqual([
      { kind: 'tail-cut', expected: 13, found: 0 },
    ])
  })

  it('that was cut and grown anew by the key’s holder shows against a head that was kept elsewhere', async () => {
    const { records, heads } = await createTrail()
    expect(problemsOf({ records, heads })).toEqual([])
    expect(problemsOf({ records, heads }, [anchorAt(1), anchorAt(4)])).toEqual([
      { kind: 'anchor-contradicts', size: 4 },
      { kind: 'anchor-contradicts', size: 13 },
    ])
  })
})

describe('an attacker who changes the hash list with the record', () => {
  const forge = (index: number, position: number) => {
    const records = changeRecord(index)
    const heads = withHead(position, (head) => ({
      ...head,
      leaves: head.leaves.map((hash, offset) =>
        head.from + offset === index ? hashOf(records[index]!.text) : hash,
      ),
    }))
    return { records, heads }
  }

  it('is confined to the interval between two checkpoints', () => {
    expect(problemsOf(forge(6, 3))).toEqual([{ kind: 'interval-contradicts', from: 4, to: 9 }])
  })

  it('does not hide another change elsewhere', () => {
    const { records, heads } = forge(6, 3)
    const more = records.map((record) =>
      record.index === 11 ? { ...record, text: changeText(record.text) } : record,
    )
    expect(problemsOf({ records: more, heads })).toEqual([
      { kind: 'record-changed', index: 11 },
      { kind: 'interval-contradicts', from: 4, to: 9 },
    ])
  })

  it('cannot put a frontier of his own in place of the tree’s', () => {
    const { records, heads } = forge(6, 3)
    const forged = heads.map((head, index) =>
      index === 3 ? { ...head, frontier: head.frontier.toReversed() } : head,
    )
    expect(problemsOf({ records, heads: forged })).toContainEqual({
      kind: 'interval-contradicts',
      from: 4,
      to: 9,
    })
  })

  it('shows when only the hash list was changed', () => {
    const heads = withHead(3, (head) => ({ ...head, leaves: head.leaves.toReversed() }))
    expect(problemsOf({ heads })).toEqual([{ kind: 'evidence-changed', from: 4, to: 9 }])
  })

  it('shows when only the frontier was changed', () => {
    const heads = withHead(4, (head) => ({ ...head, frontier: head.frontier.toReversed() }))
    expect(problemsOf({ heads })).toEqual([{ kind: 'evidence-changed', from: 9, to: 13 }])
  })

  it('shows when the hash lists were taken away with a record', () => {
    const records = trail.records.filter(({ index }) => index !== 6)
    const heads = trail.heads.map((head) => ({ ...head, leaves: [] }))
    const problems = problemsOf({ records, heads })
    expect(problems).toContainEqual({ kind: 'record-missing', index: 6 })
    expect(problems).toContainEqual({ kind: 'interval-contradicts', from: 4, to: 9 })
  })
})

describe('a checkpoint', () => {
  it('that was changed is named', () => {
    const heads = withHead(4, (head) => ({ ...head, note: head.note!.replace('\n13\n', '\n12\n') }))
    expect(problemsOf({ heads })).toEqual([
      { kind: 'checkpoint-invalid', position: 4, reason: expect.stringContaining('does not verify') },
    ])
  })

  it('that says something else than its line is named', () => {
    const heads = withHead(4, (head) => ({ ...head, size: 12 }))
    expect(problemsOf({ heads })).toEqual([
      { kind: 'checkpoint-invalid', position: 4, reason: expect.stringContaining('another size or root') },
    ])
  })

  it('that another key signed is named', () => {
    const other = generateKeyPairSync('ed25519').privateKey
    const heads = withHead(4, (head) => {
      const root = Buffer.from(head.rootHash, 'base64')
      return { ...head, note: signCheckpoint({ size: head.size, root }, LOG, other, minute(4)) }
    })
    expect(problemsOf({ heads })).toMatchObject([{ kind: 'checkpoint-invalid', position: 4 }])
  })

  it('that is missing is named, and costs no record its proof', () => {
    const heads = trail.heads.toSpliced(3, 1)
    expect(problemsOf({ heads })).toEqual([{ kind: 'checkpoint-missing', from: 4, to: 13 }])
    const problems = problemsOf({ heads, records: changeRecord(6) })
    expect(problems).toContainEqual({ kind: 'interval-contradicts', from: 4, to: 13 })
  })

  it('that stands there twice is named, also one of an interval without records', () => {
    for (const position of [2, 4]) {
      const heads = trail.heads.toSpliced(position, 0, trail.heads[position]!)
      expect(problemsOf({ heads })).toEqual([{ kind: 'checkpoint-repeated', position: position + 1 }])
    }
  })

  it('whose hashes are written in another way is named', () => {
    const other = (hash: string) => `${hash.slice(0, -2)}${hash.at(-2) === 'A' ? 'B' : 'B'}=`
    const heads = withHead(4, (head) => ({ ...head, leaves: head.leaves.map(other) }))
    expect(problemsOf({ heads })).not.toEqual([])
  })

  it('that stands in the wrong place is named', () => {
    const [first, second, ...rest] = trail.heads
    expect(problemsOf({ heads: [second!, first!, ...rest] })).toContainEqual({
      kind: 'checkpoint-reordered',
      position: 1,
    })
  })

  it('by the key’s holder that contradicts the records is named', () => {
    const heads = withHead(4, (head) => {
      const root = hashLeaf('another root')
      const note = signCheckpoint({ size: head.size, root }, LOG, privateKey, minute(4))
      return { ...head, note, rootHash: Buffer.from(root).toString('base64') }
    })
    expect(problemsOf({ heads })).toContainEqual({ kind: 'interval-contradicts', from: 9, to: 13 })
  })

  it('that claims a size without end is no reason to run without end', () => {
    const root = hashLeaf('root')
    const size = 2 ** 52
    const note = signCheckpoint({ size, root }, LOG, privateKey, minute(9))
    const head = {
      note,
      size,
      rootHash: Buffer.from(root).toString('base64'),
      from: 13,
      leaves: [],
      frontier: [],
    }
    const problems = problemsOf({ heads: [...trail.heads, head] })
    expect(problems).toContainEqual({ kind: 'tail-cut', expected: size, found: 13 })
  })

  it('can be required to bear witnesses', () => {
    const { privateKey: witnessKey } = generateKeyPairSync('ed25519')
    const witnesses = [createNoteKey('witness.example', witnessKey, ED25519_COSIGNATURE)]
    const verify = { key, witnesses, quorum: 1 }
    expect(verifyExport({ ...trail, verify }).intact).toBe(false)
    const heads = trail.heads.map((head) => ({
      ...head,
      note: cosignCheckpoint(head.note!, 'witness.example', witnessKey, minute(10)),
    }))
    expect(verifyExport({ ...trail, heads, verify }).intact).toBe(true)
  })

  it('without a signature counts for nothing when a key is asked for', () => {
    const heads = trail.heads.map((head) => ({ ...head, note: null }))
    expect(report({ heads })).toMatchObject({ intact: false, sealed: 0, checkpoints: 0 })
  })
})

describe('a line of an export', () => {
  const line = formatExport({ records: [{ index: 0, text: '{"version":1}' }], heads: [] }).trimEnd()

  it.each([
    ['is not JSON', '{"index":0'],
    ['has a member twice', line.replace('"index":0', '"index":1,"index":0')],
    ['is written in another way', line.replace(',', ', ')],
    ['is neither a record nor a head', '{"kind":"note"}'],
    ['has an index that is none', line.replace('"index":0', '"index":-1')],
    ['is empty', ''],
  ])('is refused when it %s', (_, changed) => {
    expect(() => parseExport(`${line}\n${changed}\n`)).toThrow(
      expect.objectContaining({ code: 'ERR_AUDIT_EXPORT_INVALID', details: { line: 2 } }),
    )
  })
})

describe('every problem', () => {
  it('can be put in words', () => {
    const problems = problemsOf({ records: changeRecord(2), heads: trail.heads.toSpliced(3, 1) })
    expect(problems.map(describeProblem)).toEqual([
      'a checkpoint between sizes 4 and 13 is missing',
      'record 2 was changed after it was sealed',
    ])
  })
})
