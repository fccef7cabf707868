import type { AnalyzedStatement, Catalog } from '@snowfence/core'
import { createSqlAnalyzer } from '../analyzer.ts'

type Tables = Catalog[string][string]

/** A table of columns that are written as in SQL: `ID NUMBER(10,0)`. */
export const tableOf = (...columns: string[]): Tables[string] => ({
  columns: columns.map((column) => {
    const [name, type] = column.split(' ') as [string, string]
    return { name, type }
  }),
})

/**
 * Gives the function that analyses statements over these tables, which stand in `C.P`.
 *
 * @throws Error where a statement is not understood
 */
export const openSampleAnalysis = async (tables: Tables): Promise<(sql: string) => AnalyzedStatement> => {
  const analyzer = await createSqlAnalyzer()
  const catalog: Catalog = { C: { P: tables } }
  return (sql) => {
    const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
    if (summary.status !== 'analyzed') throw new Error(`${sql}: ${summary.reason.message}`)
    return summary
  }
}
