import { readFileSync } from 'node:fs'
import { maskKinds, maskSchema } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { compileMasker } from '../properties/compile-masker.ts'

const page = readFileSync(new URL('../../docs/masks.md', import.meta.url), 'utf8')

interface Example {
  readonly mask: unknown
  readonly type: string
  readonly value: string
  readonly shown: string
}

const parseMask = (line: string): unknown => (line.startsWith('{') ? JSON.parse(line) : line)

const parseBlock = (block: string): readonly Example[] => {
  let mask: unknown = null
  return block.split('\n').flatMap((line) => {
    const example = /^([a-z_]+) (.+) → (.+)$/.exec(line)
    if (example) return [{ mask, type: example[1]!, value: example[2]!, shown: example[3]! }]
    if (line.trim() !== '') mask = parseMask(line)
    return []
  })
}

const examples = [...page.matchAll(/```masks\n([\s\S]*?)```/g)].flatMap(([, block]) => parseBlock(block!))

const parseValue = (text: string, type: string): unknown => {
  if (type === 'date' && text !== 'null') return new Date(text)
  return text.startsWith('0x') ? Buffer.from(text.slice(2), 'hex') : JSON.parse(text)
}

describe('docs/masks.md', () => {
  it('has a section with examples for every mask', () => {
    for (const kind of maskKinds) {
      expect(page).toContain(`\n## ${kind}\n`)
      const shown = examples.filter(({ mask }) => maskSchema.parse(mask).kind === kind)
      expect(shown.length, kind).toBeGreaterThanOrEqual(2)
    }
  })

  it.each(examples)('$mask: $type $value → $shown', ({ mask, type, value, shown }) => {
    const actual = compileMasker(maskSchema.parse(mask), type).maskCell(0, parseValue(value, type))
    if (shown.startsWith('/')) expect(String(actual)).toMatch(new RegExp(shown.slice(1, -1)))
    else expect(actual).toEqual(JSON.parse(shown))
  })

  it('has a table of types that is what the masks do', () => {
    const section = page.slice(page.indexOf('## Types'), page.indexOf('## The second reading'))
    const rows = section.split('\n').filter((line) => line.startsWith('| `'))
    const types = ['text', 'fixed', 'date', 'boolean', 'binary', 'variant']
    const typeOf: Readonly<Record<string, string>> = { number: 'fixed', scalars: 'variant' }
    const listed = rows.flatMap((row) => {
      const [names, ...cells] = row.split('|').slice(1, -1)
      return [...names!.matchAll(/`([a-z0-9-]+)`/g)].map(([, kind]) => ({
        kind: kind!,
        cells: cells.map((cell) => cell.trim()),
      }))
    })
    expect(listed.map(({ kind }) => kind).sort()).toEqual([...maskKinds].sort())
    for (const { kind, cells } of listed) {
      for (const [index, cell] of cells.entries()) {
        const masker = compileMasker(maskSchema.parse(kind), types[index]!)
        const isWithheld = masker.isConstant(0) && masker.constantOf(0) === null
        expect(isWithheld, `${kind} on ${types[index]}`).toBe(cell === 'withheld' || kind === 'withhold')
        if (!isWithheld) expect(masker.outputType(0), `${kind} on ${types[index]}`).toBe(typeOf[cell] ?? cell)
      }
    }
  })
})
