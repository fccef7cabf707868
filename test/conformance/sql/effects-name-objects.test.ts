import type { AnalyzedStatement, Effect } from '@snowfence/core'
import { evaluate, parsePolicy } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'
import { demandsOf } from '../../../packages/policy/src/evaluate/demands.ts'
import { listThemes, readCatalog, readVectors, sessionOf, textOf } from './vector.ts'

/** They are about the session, or about the structure of whatever the role may see. */
const withoutObject: ReadonlySet<Effect> = new Set(['session', 'transaction', 'metadata'])

/** A query may read no table. */
const mayReadNothing: ReadonlySet<Effect> = new Set(['select'])

const analyzer = await createSqlAnalyzer()

const analyzed = (): readonly (readonly [string, AnalyzedStatement])[] =>
  listThemes().flatMap((theme) => {
    const catalog = readCatalog(theme)
    return readVectors(theme).flatMap((vector) => {
      const text = textOf(vector)
      const { summary } = analyzer.analyze(text, { catalog, ...sessionOf(vector) })
      return summary.status === 'analyzed' ? [[`${vector.id}: ${text}`, summary] as const] : []
    })
  })

test('every effect of every statement that is understood names the object that it touches', () => {
  const all = analyzed()
  expect(all.length).toBeGreaterThan(500)
  const nameless = all.flatMap(([sql, summary]) =>
    demandsOf(summary)
      .filter(
        ({ effect, resource }) =>
          resource === null && !withoutObject.has(effect) && !mayReadNothing.has(effect),
      )
      .map(({ effect }) => `${effect}: ${sql}`),
  )
  expect(nameless).toEqual([])
})

const policy = parsePolicy(`version: 1
resources:
  - { table: CLINIC.*, unclassified: allow }
rules:
  - { id: read, effect: permit, principals: { groups: [team] }, actions: [select], resources: ['CLINIC.*'] }
  - id: own-schema
    effect: permit
    principals: { groups: [team] }
    actions: [insert, delete, merge, create, drop, truncate, grant]
    resources: ['CLINIC.RESEARCH.*']
`)

const decide = (sql: string) => {
  const { summary } = analyzer.analyze(sql, {
    catalog: readCatalog('writes'),
    database: 'CLINIC',
    schema: 'PUBLIC',
  })
  return evaluate(policy, {
    principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['team'], claims: {} },
    agent: { id: 'bot' },
    purpose: 'HOPERAT',
    summary,
    now: new Date(0),
  }).decision
}

test.each([
  'create or replace table research.%s as select city from patients',
  'create or replace table research.%s (a int)',
  'create or replace view research.%s as select city from public.patients',
  'insert overwrite into research.%s (label) select city from patients',
])('what replaces something is permitted in the schema that a rule names, and in no other: %s', (text) => {
  expect(decide(text.replace('%s', 'extract'))).toBe('allow')
  expect(decide(text.replace('research.%s', 'encounters').replace('(label)', '(department)'))).toBe('deny')
})
