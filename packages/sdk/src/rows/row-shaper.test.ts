import { randomBytes } from 'node:crypto'
import type { Mask } from '@snowfence/core'
import { createRandomVault } from '@snowfence/masking'
import { expect, test } from 'vitest'
import { compileMasker } from './compile-masker.ts'
import type { ResultColumn } from './result-shape.ts'
import { compileRowBuilder, compileRowShaper, innerRowMode, outerNames } from './row-shaper.ts'

const redact: Mask = { kind: 'redact', text: '[redacted]' }

const column = (name: string, mask: Mask | null = null): ResultColumn => ({
  name,
  type: 'text',
  mask,
  isRevealed: mask === null,
  domain: 'test',
})

const masker = (columns: readonly ResultColumn[]) =>
  compileMasker(columns, {
    keys: { session: randomBytes(32), policy: randomBytes(32) },
    random: createRandomVault({ random: randomBytes }),
    asOf: new Date(0),
  })

test('object rows are masked under the name of their column', () => {
  const columns = [column('A'), column('B', redact)]
  const shape = compileRowShaper(columns, masker(columns), 'object', 'object')
  expect(shape({ A: 'open', B: 'closed' })).toEqual({ A: 'open', B: '[redacted]' })
})

test('array rows are masked by position', () => {
  const columns = [column('A', redact), column('A')]
  const shape = compileRowShaper(columns, masker(columns), 'array', 'array')
  expect(shape(['closed', 'open'])).toEqual(['[redacted]', 'open'])
})

test('of repeated names the last one wins in objects, with its own mask', () => {
  const columns = [column('A'), column('A', redact)]
  expect(
    innerRowMode(
      'object',
      columns.map(({ name }) => name),
    ),
  ).toBe('array')
  const shape = compileRowShaper(columns, masker(columns), 'array', 'object')
  expect(shape(['open', 'closed'])).toEqual({ A: '[redacted]' })
})

test('repeated names are numbered when they are asked to be', () => {
  const columns = [column('A'), column('A', redact), column('A_2'), column('A')]
  const shape = compileRowShaper(columns, masker(columns), 'array', 'object_with_renamed_duplicated_columns')
  expect(shape(['1', '2', '3', '4'])).toEqual({ A: '1', A_3: '[redacted]', A_2: '3', A_4: '4' })
})

test('a column named __proto__ is an own member and masked', () => {
  const columns = [column('__proto__', redact)]
  expect(innerRowMode('object', ['__proto__'])).toBe('array')
  const row = compileRowShaper(columns, masker(columns), 'array', 'object')([{ ssn: 'closed' }])
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  expect(Object.entries(row)).toEqual([['__proto__', '[redacted]']])
})

test('a name that Snowflake makes up is never trusted as a key', () => {
  expect(innerRowMode('object', ['A', null])).toBe('array')
})

test('a mask that throws withholds the value and fails with the type alone in its text', () => {
  const columns = [column('A', redact)]
  const broken = {
    isActive: () => true,
    readsNames: () => false,
    subjectNamesIn: () => [],
    maskCell: () => {
      throw new Error('closed')
    },
  }
  const shape = compileRowShaper(columns, broken, 'object', 'object')
  expect(() => shape({ A: 'closed' })).toThrowError(
    expect.objectContaining({
      snowfenceCode: 'ERR_MASK_FAILED',
      message: expect.not.stringContaining('closed'),
    }),
  )
})

test('rows are given by position in whichever form they came', () => {
  const columns = [column('A'), column('B', redact)]
  const rows = { object: { A: 'open', B: 'closed' }, array: ['open', 'closed'] }
  for (const inner of ['object', 'array'] as const)
    expect(compileRowShaper(columns, masker(columns), inner, 'array')(rows[inner])).toEqual([
      'open',
      '[redacted]',
    ])
})

test('repeated columns are renamed around names that a column has anyway', () => {
  const columns = ['A', 'A', 'a', 'A_2', 'A'].map((name) => column(name))
  expect(outerNames(columns, 'object_with_renamed_duplicated_columns')).toEqual([
    'A',
    'A_3',
    'a',
    'A_2',
    'A_4',
  ])
  expect(outerNames(columns, 'object')).toEqual(['A', 'A', 'a', 'A_2', 'A'])
})

test('the names in a row are found in its stored texts before they are masked themselves', () => {
  const columns: readonly ResultColumn[] = [
    { ...column('NAME', redact), holdsSubjectName: true },
    { ...column('NOTE', { kind: 'scrub' }), isSearchedForNames: true },
    { ...column('OTHER', { kind: 'scrub' }) },
  ]
  const masks = masker(columns)
  const note = 'seen with Quellworth today'
  const shown = { NAME: '[redacted]', NOTE: 'seen with [name] today', OTHER: note }
  const asObject = compileRowShaper(columns, masks, 'object', 'object')
  expect(asObject({ NAME: 'Zarinda Quellworth', NOTE: note, OTHER: note })).toEqual(shown)
  const fromArray = compileRowShaper(columns, masks, 'array', 'object')
  expect(fromArray(['Zarinda Quellworth', note, note])).toEqual(shown)
  const readers = columns.map((_column, index) => masks.cellMask(index) ?? ((raw: unknown) => raw))
  const build = compileRowBuilder(columns, readers, (cells) => masks.subjectNamesIn(cells), 'object')
  expect(build(['Zarinda Quellworth', note, null])).toEqual({ ...shown, OTHER: null })
})
