import { readFileSync } from 'node:fs'
import type { Statement } from './statement-tree.ts'
import { Bytes, Clock, Day, type Json, Moment, type Type, type Value, Variant } from './value.ts'

/** A statement that once leaked: it must be denied, or answer the same on all worlds that look the same. */
export interface LeakVector {
  readonly policy: string
  readonly sql: string
  /** What differed. */
  readonly told: string
  readonly statement: Statement
}

const write = (value: Value): Json => {
  if (value instanceof Day) return value.days
  if (value instanceof Moment) return value.ms
  if (value instanceof Clock) return value.seconds
  if (value instanceof Bytes) return value.hex
  return value instanceof Variant ? value.json : value
}

const read = ({ family }: Type, written: Json): Value => {
  if (written === null && family !== 'variant') return null
  if (family === 'date') return new Day(Number(written))
  if (family === 'ntz' || family === 'ltz') return new Moment(Number(written))
  if (family === 'time') return new Clock(Number(written))
  if (family === 'binary') return new Bytes(String(written))
  if (family === 'variant' || family === 'array' || family === 'object') return new Variant(written)
  return written as Value
}

interface Literal {
  readonly k: 'lit'
  readonly type: Type
  readonly value: unknown
}

const mapLiterals = (node: unknown, change: (literal: Literal) => unknown): unknown => {
  if (Array.isArray(node)) return node.map((member) => mapLiterals(member, change))
  if (typeof node !== 'object' || node === null) return node
  if ('k' in node && node.k === 'lit') return change(node as Literal)
  return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, mapLiterals(member, change)]))
}

export const writeStatement = (statement: Statement): unknown =>
  mapLiterals(statement, ({ k, type, value }) => ({ k, type, value: write(value as Value) }))

const readStatement = (written: unknown): Statement =>
  mapLiterals(written, ({ k, type, value }) => ({ k, type, value: read(type, value as Json) })) as Statement

/** The vectors of a file, one a line. */
export const readLeakVectors = (file: URL): readonly LeakVector[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { statement, ...rest } = JSON.parse(line) as LeakVector
      return { ...rest, statement: readStatement(statement) }
    })
