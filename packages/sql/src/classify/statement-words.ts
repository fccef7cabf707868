import type { Effect } from '@snowfence/core'

interface StatementWords {
  /** What the statement starts with: words, or patterns for what cannot be listed. `'` stands for a string. */
  readonly start: readonly (string | RegExp)[]
  readonly kind: string
  readonly effects: readonly Effect[]
}

const LOCATION = /^(?:@|')/

/** Every statement that is told by fixed first words, the longer beginning first. CREATE, ALTER, DROP, SHOW name an object. */
export const statementWords: readonly StatementWords[] = [
  { start: ['WITH', /./, 'AS', 'PROCEDURE'], kind: 'call', effects: ['call'] },
  { start: ['SELECT'], kind: 'select', effects: ['select'] },
  { start: ['WITH'], kind: 'select', effects: ['select'] },
  { start: ['VALUES'], kind: 'select', effects: ['select'] },
  { start: ['INSERT', 'OVERWRITE'], kind: 'insert', effects: ['insert', 'truncate'] },
  { start: ['INSERT'], kind: 'insert', effects: ['insert'] },
  { start: ['UPDATE'], kind: 'update', effects: ['update'] },
  { start: ['DELETE'], kind: 'delete', effects: ['delete'] },
  { start: ['MERGE'], kind: 'merge', effects: ['merge'] },
  { start: ['TRUNCATE'], kind: 'truncate', effects: ['truncate'] },
  { start: ['COPY', 'FILES'], kind: 'copy-files', effects: ['export'] },
  { start: ['COPY', 'INTO', LOCATION], kind: 'copy-into-location', effects: ['export'] },
  { start: ['COPY'], kind: 'copy-into-table', effects: ['insert'] },
  { start: ['PUT'], kind: 'put', effects: ['put'] },
  { start: ['GET'], kind: 'get', effects: ['get'] },
  { start: ['LIST'], kind: 'list', effects: ['metadata'] },
  { start: ['LS'], kind: 'list', effects: ['metadata'] },
  { start: ['REMOVE'], kind: 'remove', effects: ['delete'] },
  { start: ['RM'], kind: 'remove', effects: ['delete'] },
  { start: ['GRANT'], kind: 'grant', effects: ['grant'] },
  { start: ['REVOKE'], kind: 'revoke', effects: ['grant'] },
  { start: ['USE', 'ROLE'], kind: 'use-role', effects: ['session'] },
  { start: ['USE', 'SECONDARY'], kind: 'use-secondary-roles', effects: ['session'] },
  { start: ['USE'], kind: 'use', effects: ['session'] },
  { start: ['SET'], kind: 'set', effects: ['session'] },
  { start: ['UNSET'], kind: 'unset', effects: ['session'] },
  { start: ['EXPLAIN'], kind: 'explain', effects: ['metadata'] },
  { start: ['CALL'], kind: 'call', effects: ['call'] },
  { start: ['EXECUTE', 'IMMEDIATE'], kind: 'execute-immediate', effects: ['call'] },
  { start: ['EXECUTE', 'TASK'], kind: 'execute-task', effects: ['call'] },
  { start: ['EXECUTE'], kind: 'execute', effects: ['call'] },
  { start: ['DECLARE'], kind: 'script', effects: ['call'] },
  { start: ['BEGIN', /^(?:TRANSACTION|WORK|NAME)?$/], kind: 'begin', effects: ['transaction'] },
  { start: ['BEGIN'], kind: 'script', effects: ['call'] },
  {
    start: [/^(?:LET|IF|FOR|WHILE|REPEAT|LOOP|CASE|RETURN|OPEN|CLOSE|FETCH|RAISE|AWAIT|ASYNC)$/],
    kind: 'script',
    effects: ['call'],
  },
  { start: ['START', 'TRANSACTION'], kind: 'begin', effects: ['transaction'] },
  { start: ['COMMIT'], kind: 'commit', effects: ['transaction'] },
  { start: ['ROLLBACK'], kind: 'rollback', effects: ['transaction'] },
  { start: ['COMMENT'], kind: 'comment', effects: ['alter'] },
]
