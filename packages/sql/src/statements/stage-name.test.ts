import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'
import { stageName } from './stage-name.ts'

const names = { database: 'CLINIC', schema: 'PUBLIC' }

test.each([
  ['@exports', '@CLINIC.PUBLIC.EXPORTS'],
  ['@exports/2024/@other', '@CLINIC.PUBLIC.EXPORTS'],
  ['@research.exports/x', '@CLINIC.RESEARCH.EXPORTS'],
  ['@lab.research.exports', '@LAB.RESEARCH.EXPORTS'],
  ['@"exports"/x', '@CLINIC.PUBLIC."exports"'],
  ['@"a.b"."c""d"', '@CLINIC."a.b"."c""d"'],
  ['@~', '@~'],
  ['@~/x', '@~'],
  ['@%patients', '@CLINIC.PUBLIC.%PATIENTS'],
  ['@lab.public.%"t"/x', '@LAB.PUBLIC.%"t"'],
  ['S3://bucket/secret', 's3://'],
])('%s is %s', (location, name) => {
  expect(stageName(location, names)).toBe(name)
})

test.each([
  '',
  '@',
  '@/x',
  '@~x',
  '@a.b.c.d',
  '@a b',
  "@a'",
  '@a\\x2fb',
  '@%',
  '@"',
  'snow://model/x',
  'exports',
  '@a?x',
])('`%s` is no stage', (location) => {
  expect(() => stageName(location, names)).toThrow()
})

test('a stage without a schema to be in is refused', () => {
  expect(() => stageName('@exports', { database: 'CLINIC', schema: null })).toThrow()
})

const analyzer = await createSqlAnalyzer()
const catalog = { CLINIC: { PUBLIC: { PATIENTS: ['ID', 'SSN'] } } }
const stagesOf = (sql: string) => {
  const { summary } = analyzer.analyze(sql, { catalog, ...names })
  return summary.status === 'analyzed' ? summary.stages : null
}

test.each([
  ['put file:///tmp/x.csv @intake/a auto_compress = false overwrite=true;', '@CLINIC.PUBLIC.INTAKE'],
  ["put 'file:///tmp/a b.csv' '@intake/a b'", '@CLINIC.PUBLIC.INTAKE'],
  ["get @~/x 'file:///tmp/' pattern = '.*'", '@~'],
  ['list @%patients', '@CLINIC.PUBLIC.%PATIENTS'],
  ["rm @other.intake pattern='@a'", '@CLINIC.OTHER.INTAKE'],
  ['copy into @intake/out from patients', '@CLINIC.PUBLIC.INTAKE'],
  ['copy into @lab.x.intake/out from (select id from patients)', '@LAB.X.INTAKE'],
  ['copy into patients from @~/in', '@~'],
  ['copy into @"intake"/out from patients', '@CLINIC.PUBLIC."intake"'],
  ['copy into @lab."x".intake/out from patients', '@LAB."x".INTAKE'],
  ['copy into patients from @"intake"/in', '@CLINIC.PUBLIC."intake"'],
  ['copy into patients from \'@"intake"\'', '@CLINIC.PUBLIC."intake"'],
  ['copy into patients (id) from (select $1 from @"intake"/in)', '@CLINIC.PUBLIC."intake"'],
  ['select $1 from @"intake"/in', '@CLINIC.PUBLIC."intake"'],
  ['select $1 from @lab.x."intake" (pattern => \'a\') f', '@LAB.X."intake"'],
  ['select $1 from @"lab".x.intake', '@"lab".X.INTAKE'],
  ['select $1 from @%"patients"/in', '@CLINIC.PUBLIC.%"patients"'],
  ['select $1 from \'@"intake"/in\'', '@CLINIC.PUBLIC."intake"'],
])('%s touches %s alone', (sql, stage) => {
  expect(stagesOf(sql)).toEqual([stage])
})

test.each([
  ['copy into patients from @intake', ['insert']],
  ['copy into patients from @intake purge = false', ['insert']],
  ['copy into patients from @intake purge = true', ['insert', 'delete']],
  ["copy into patients from @intake file_format = (type = csv) Purge = 'x'", ['insert', 'delete']],
])('%s does %j', (sql, effects) => {
  const { summary } = analyzer.analyze(sql, { catalog, ...names })
  expect(summary.effects).toEqual(effects)
})

test.each([
  "get 'snow://model/m/versions/v' file:///tmp/ pattern = '@intake'",
  "get snow://model/m file:///tmp/ pattern = '@intake'",
  'get file:///tmp/ @intake',
  'put @intake file:///tmp/x',
  'put file:///tmp/x @intake @other',
  'get @intake @other file:///tmp/',
  'get @intake file:///tmp/ file:///etc/',
  'list @intake @other',
  'remove intake',
  "list '@int\\x61ke'",
  'list $$@intake$$',
  'put file:///tmp/x.csv @intake overwrite',
  'put file:///tmp/x.csv @intake = overwrite true',
])('%s is not understood', (sql) => {
  expect(stagesOf(sql)).toBeNull()
})
