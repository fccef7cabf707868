export type { Analysis, AnalyzeOptions, SqlAnalyzer } from './analysis.ts'
export { analyzeStatement, createSqlAnalyzer, prepareSqlAnalyzer } from './analyzer.ts'
export { type ColumnRow, catalogFromRows, type ViewRow } from './catalogue/catalog-from-rows.ts'
export {
  catalogStatements,
  type StoredTableName,
  tableStatements,
} from './catalogue/catalog-statements.ts'
export { refuseSessionParameter } from './classify/session-parameters.ts'
export { holdsLiterals, redactText } from './lexer/redact-text.ts'
export { type StatementPart, splitStatements } from './lexer/split-statements.ts'
export { type RefusalCode, refusalReasons } from './refusal-reasons.ts'
