import { type Compilation, CompileRefusal } from './compilation.ts'
import type { CompiledWrite } from './compile-change.ts'
import { frameOf, outputOf } from './compile-expression.ts'
import { compileQuery, noCommonTables } from './compile-query.ts'
import type { Insert } from './statement-tree.ts'
import { convertTo } from './unify-types.ts'
import type { Value } from './value.ts'

/** @throws CompileRefusal where Snowflake would refuse it */
export const compileInsert = (
  compilation: Compilation,
  { table: name, columns: written, q }: Insert,
): CompiledWrite => {
  const table = compilation.tables.get(name)
  if (table === undefined) throw new CompileRefusal(`no table ${name}`)
  const query = compileQuery(compilation, q, null, noCommonTables)
  if (query.columns.length !== written.length) throw new CompileRefusal('columns of INSERT')
  const values = written.map((column, index) => {
    const target = table.columns.find((known) => known.name === column)
    if (target === undefined) throw new CompileRefusal(`no column ${column}`)
    return convertTo(compilation, outputOf(query.columns[index]!, index), target.type, 'written column')
  })
  return (world) => {
    const added = query.rows(null, true).map((row) => {
      const frame = frameOf(row, null)
      const given = new Map(written.map((column, index) => [column, values[index]!.run(frame, true)]))
      return table.columns.map(({ name: column }): Value => given.get(column) ?? null)
    })
    return { world: new Map(world).set(name, [...(world.get(name) ?? []), ...added]), rows: [added.length] }
  }
}
