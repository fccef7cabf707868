import type { Effect } from '@snowfence/core'
import { isObject, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { visitNames } from './visit-names.ts'
import { readTargetName, writeTable } from './written-table.ts'

const GRANT_FIELDS = new Set(['privileges', 'objects', 'grantees'])
const GRANT_IDLE = new Set(['with_grant_option'])
const REVOKE_IDLE = new Set(['cascade'])

/** GRANT and REVOKE on tables by name. Privileges on anything else name no table, and are not followed. */
export const summarizeGrant =
  (kind: 'grant' | 'revoke') =>
  (body: Json, context: StatementContext): StatementReport => {
    const node = openNode(body, kind, GRANT_FIELDS, kind === 'grant' ? GRANT_IDLE : REVOKE_IDLE)
    const { name, body: tables } = variantOf(node.objects, kind)
    if (name !== 'Tables') throw new Refusal('statement-not-supported')
    visitNames(node.privileges, context.findings)
    visitNames(node.grantees, context.findings)
    const isShared = listOf(node.grantees, kind).some(
      (grantee) => isObject(grantee) && grantee.grantee_type === 'Share',
    )
    const effects: readonly Effect[] = isShared ? ['grant', 'share'] : ['grant']
    return reportWithoutOutputs(
      kind,
      effects,
      listOf(tables, kind).flatMap((table) => {
        const target = readTargetName(table, context)
        return effects.map((effect) => writeTable(target, effect, []))
      }),
    )
  }

const COMMENT_FIELDS = new Set(['object_type', 'object_name'])
const COMMENT_IDLE = new Set(['comment', 'if_exists'])

/** COMMENT ON a table, a view, or a column of one. */
export const summarizeComment = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'COMMENT', COMMENT_FIELDS, COMMENT_IDLE)
  const name = listOf(node.object_name, 'COMMENT')
  switch (node.object_type) {
    case 'Table':
    case 'View':
      return reportOf(name, context)
    case 'Column':
      visitNames(name.at(-1), context.findings)
      return name.length > 1 ? reportOf(name.slice(0, -1), context) : unknownSyntax('COMMENT')
    default:
      throw new Refusal('statement-not-supported')
  }
}

const reportOf = (name: readonly Json[], context: StatementContext): StatementReport =>
  reportWithoutOutputs('comment', ['alter'], [writeTable(readTargetName(name, context), 'alter', [])])
