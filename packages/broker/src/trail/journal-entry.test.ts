import { sealRecord } from '@snowfence/audit'
import { describe, expect, it } from 'vitest'
import { sampleSpan } from '../test-support/sample-trail.ts'
import { formatEntry, parseEntry } from './journal-entry.ts'

const sealed = sealRecord(sampleSpan({ name: 'SELECT "ÄRZTE" 😀' }), {
  producer: 'sdk',
  sessionId: 'own',
  principal: { issuer: 'https://issuer.example', subject: 'agent-1' },
  receivedAt: '2026-01-02T03:04:05.678Z',
})
const line = formatEntry({ index: 41, sealed })

describe('an entry of the journal', () => {
  it('is read as it was written, with all that its row needs', () => {
    expect(line.endsWith('\n')).toBe(true)
    const entry = parseEntry(line.slice(0, -1))
    expect(entry?.index).toBe(41)
    expect(entry?.sealed.text).toBe(sealed.text)
    expect(entry?.sealed.id).toBe(sealed.id)
    expect(entry?.sealed.record.source).toEqual(sealed.record.source)
    expect(Buffer.from(entry?.sealed.leafHash ?? []).equals(sealed.leafHash)).toBe(true)
  })

  it('holds nothing but the record, its hash and its place', () => {
    expect(Object.keys(JSON.parse(line))).toEqual(['hash', 'index', 'record'])
  })

  it('is nothing when any bit of it was changed, but for its place: that has to follow the one before', () => {
    const bytes = Buffer.from(line.slice(0, -1))
    const accepted: string[] = []
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes)
      const byte = bit >> 3
      changed[byte] = (changed[byte] ?? 0) ^ (1 << (bit & 7))
      const entry = parseEntry(changed.toString('utf8'))
      if (entry !== null) accepted.push(`${entry.index}${entry.sealed.text === sealed.text ? '' : ' other'}`)
    }
    // Single bits of the digits `41` that give digits again.
    expect(accepted.sort()).toEqual(['40', '43', '45', '49', '51', '61'].sort())
  })

  it.each([
    ['a member more', line.replace('{"hash"', '{"also":1,"hash"')],
    ['a member twice', line.replace('"index":41', '"index":41,"index":41')],
    ['another order', line.replace('"index":41,', '').replace('{"hash"', '{"index":41,"hash"')],
    ['white space', line.replace('"index":41', '"index": 41')],
    ['a place before the first', line.replace('"index":41', '"index":-1')],
    ['a place that is no whole number', line.replace('"index":41', '"index":4.1')],
    ['no record', '{"hash":"","index":1}'],
    ['nothing', ''],
    ['null', 'null'],
  ])('is nothing with %s', (_, text) => {
    expect(parseEntry(text.trimEnd())).toBeNull()
  })
})
