import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import parserModule from 'node-sql-parser'
import * as z from 'zod'
import type { Gate } from '../gate.ts'
import { type Readable, readableBy, readPolicies } from '../neutral-policy.ts'

const { Parser } = parserModule

const manifest = createRequire(import.meta.url).resolve('node-sql-parser/package.json')

/** Authorities in the form of its README: `{type}::{database}::{table}` and `{type}::{table}::{column}`. */
const authorities = ({ tables, clear }: Readable) => ({
  tables: [`select::(.*)::(${tables.join('|')})`],
  columns: [`select::(.*)::(${[...new Set([...clear.values()].flat())].join('|')})`],
})

/** The white list check of node-sql-parser: tables and columns that the statement visits. */
export const createNodeSqlParserGate = (): Gate => {
  const parser = new Parser()
  const policies = readPolicies()
  const isListed = (sql: string, list: string[], type: 'table' | 'column'): boolean => {
    try {
      parser.whiteListCheck(sql, list, { database: 'snowflake', type })
      return true
    } catch {
      return false
    }
  }
  return {
    name: 'node-sql-parser',
    version: z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8'))).version,
    configuration:
      "whiteListCheck in table and in column mode, database 'snowflake': the granted tables and their clear columns",
    judge: ({ policy, principal, purpose, sql }) => {
      const known = policies[policy]
      const readable = known === undefined ? null : readableBy(known, principal, purpose)
      if (readable === null) return { outcome: 'deny' }
      const { tables, columns } = authorities(readable)
      const isAllowed = isListed(sql, tables, 'table') && isListed(sql, columns, 'column')
      return { outcome: isAllowed ? 'allow' : 'deny' }
    },
  }
}
