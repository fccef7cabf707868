import type { Effect } from '@snowfence/core'
import type { Classification } from './classify.ts'

/** Words that stand between CREATE and what is created. */
const MODIFIERS = new Set([
  'OR',
  'REPLACE',
  'ALTER',
  'LOCAL',
  'GLOBAL',
  'TEMP',
  'TEMPORARY',
  'VOLATILE',
  'TRANSIENT',
  'SECURE',
  'RECURSIVE',
  'IF',
  'NOT',
  'EXISTS',
  'DYNAMIC',
  'HYBRID',
  'ICEBERG',
  'IMMUTABLE',
  'TERSE',
  'INTERACTIVE',
])
/** Words that make an object's type together with the word behind them. */
const QUALIFIERS = new Set([
  'EXTERNAL',
  'MATERIALIZED',
  'FILE',
  'MASKING',
  'ROW',
  'NETWORK',
  'SESSION',
  'PASSWORD',
  'AUTHENTICATION',
  'STORAGE',
  'SECURITY',
  'NOTIFICATION',
  'API',
  'CATALOG',
  'EVENT',
  'AGGREGATE',
  'AGGREGATION',
  'PROJECTION',
  'JOIN',
  'PRIVACY',
  'RESOURCE',
  'DATABASE',
  'APPLICATION',
  'COMPUTE',
  'REPLICATION',
  'FAILOVER',
  'MANAGED',
  'GIT',
  'IMAGE',
  'DATA',
  'ACCESS',
  'METRIC',
  'CORTEX',
  'SEARCH',
  'SEMANTIC',
  'ORGANIZATION',
  'PACKAGES',
])
const SECOND = new Set([
  'TABLE',
  'VIEW',
  'FUNCTION',
  'FORMAT',
  'POLICY',
  'RULE',
  'INTEGRATION',
  'MONITOR',
  'ROLE',
  'PACKAGE',
  'POOL',
  'GROUP',
  'ACCOUNT',
  'REPOSITORY',
  'ACCESS',
  'METRIC',
  'SEARCH',
  'SERVICE',
  'VOLUME',
  'LISTING',
  'EXCHANGE',
])

const KEYWORDS = /^[A-Z_]+$/

/** The type of an object: `table`, `masking-policy`. Empty where the words do not tell. */
const objectType = (words: readonly string[]): string => {
  const parts: string[] = []
  for (const word of words) {
    if (MODIFIERS.has(word) && parts.length === 0) continue
    if (!KEYWORDS.test(word)) break
    const isFirst = parts.length === 0
    if (!isFirst && !SECOND.has(word)) break
    parts.push(word.toLowerCase())
    if (!QUALIFIERS.has(word)) break
  }
  return parts.join('-')
}

const withType = (verb: string, type: string): string => (type === '' ? verb : `${verb}-${type}`)

/** Gives data to other accounts. */
const PUBLISHING = /^(?:share|managed-account|(?:external-|organization-)?listing)$/

/** CREATE of anything. A share gives data away, a role or user is a matter of privileges, OR REPLACE destroys. */
export const classifyCreate = (words: readonly string[]): Classification => {
  const type = objectType(words.slice(1))
  const effects: Effect[] = PUBLISHING.test(type) ? ['share'] : ['create']
  if (type === 'role' || type === 'user') effects.push('grant')
  if (words[1] === 'OR' && words[2] === 'REPLACE') effects.push('drop')
  return { kind: withType('create', type), effects }
}

/** ALTER, DROP, UNDROP, DESCRIBE and SHOW of anything. */
export const classifyObject = (verb: string, words: readonly string[]): Classification => {
  const type = objectType(words.slice(1))
  switch (verb) {
    case 'ALTER':
      return {
        kind: withType('alter', type),
        effects: type === 'session' ? ['session'] : PUBLISHING.test(type) ? ['share'] : ['alter'],
      }
    case 'DROP':
      return { kind: withType('drop', type), effects: PUBLISHING.test(type) ? ['share'] : ['drop'] }
    case 'UNDROP':
      return { kind: withType('undrop', type), effects: ['create'] }
    case 'SHOW':
      return { kind: withType('show', type), effects: ['metadata'] }
    default:
      return { kind: withType('describe', type), effects: ['metadata'] }
  }
}
