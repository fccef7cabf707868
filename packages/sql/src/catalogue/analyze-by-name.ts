import type { Catalog } from '@snowfence/core'
import type { AbsentTables, Analysis, SqlAnalyzer } from '../analysis.ts'
import type { StoredTableName } from './table-statements.ts'

/** A catalogue that learns of tables as statements name them. */
export interface CatalogueByName {
  /** `absent` is left out where the catalogue is whole. */
  current(): Promise<{ readonly catalog: Catalog; readonly absent?: AbsentTables }>
  /** Looks up tables that the catalogue does not have. Resolves to whether anything was learnt. */
  lookUp(names: readonly StoredTableName[]): Promise<boolean>
  /** Looks for existing names that may be meant by one that does not exist. */
  suggest(name: StoredTableName): Promise<void>
}

/** A statement whose views stand on views asks for tables so many times at most. */
const MAX_ROUNDS = 50

/** Analyses a statement, and looks the tables that it lacks up by name until none is lacking or nothing more is learnt. */
export const analyzeByName = async (
  analyzer: SqlAnalyzer,
  sqlText: string,
  names: { readonly database: string | null; readonly schema: string | null },
  catalogue: CatalogueByName,
): Promise<Analysis> => {
  const analyze = async () => analyzer.analyze(sqlText, { ...(await catalogue.current()), ...names })
  let analysis = await analyze()
  for (let round = 0; round < MAX_ROUNDS && analysis.missing !== undefined; round += 1) {
    if (!(await catalogue.lookUp(analysis.missing))) break
    analysis = await analyze()
  }
  const [absent] = analysis.missing ?? []
  if (absent === undefined || !isUnknownTable(analysis)) return analysis
  await catalogue.suggest(absent)
  return await analyze()
}

const isUnknownTable = ({ summary }: Analysis): boolean =>
  summary.status === 'unsupported' && summary.reason.code === 'unknown-table'
