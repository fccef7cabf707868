interface ReasonEntry {
  /** What happened: lower case start, no full stop, free of literals. */
  readonly message: string
  /** What would pass. */
  readonly hint: string
}

/** Every reason for which a statement is not analysed. The closed list of `RefusalReason.code`. */
export const refusalReasons = {
  // the text
  'empty-statement': {
    message: 'the text holds no statement',
    hint: 'send one SQL statement',
  },
  'multiple-statements': {
    message: 'the text holds more than one statement',
    hint: 'send the statements one at a time',
  },
  'text-too-large': {
    message: 'the text is larger than 256 kB',
    hint: 'shorten the statement, or pass long lists as a table',
  },
  'too-many-tokens': {
    message: 'the text has more than 40,000 tokens',
    hint: 'shorten the statement, or pass long lists as a table',
  },
  'too-many-operators': {
    message: 'one expression chains more than 400 operators',
    hint: 'use IN (…), CONCAT(…) or a join instead of a long chain',
  },
  'too-deeply-nested': {
    message: 'brackets or CASE expressions are nested more than 40 deep',
    hint: 'move inner parts into common table expressions',
  },
  'too-complex': {
    message: 'following the statement takes more work than any ordinary one',
    hint: 'name the columns instead of using stars of stars, and split the statement',
  },
  'unreadable-character': {
    message: 'a character outside strings is not plain SQL',
    hint: 'use plain ASCII outside strings, and double quotes around other names',
  },
  'markdown-fence': {
    message: 'the text holds a Markdown code fence',
    hint: 'send what stands between the fences, without them',
  },
  backtick: {
    message: 'a backtick stands where Snowflake has double quotes',
    hint: 'write the name without quotes, or in double quotes',
  },
  'hash-sign': {
    message: 'a `#` stands outside of a string; it begins no comment in Snowflake',
    hint: 'begin a comment with --',
  },
  'typographic-quote': {
    message: 'a typographic quote stands outside of a string',
    hint: 'use \' around strings and " around names',
  },
  'invisible-character': {
    message: 'a character that cannot be seen stands outside of a string, such as a no-break space',
    hint: 'use plain spaces and line breaks',
  },
  'words-around-statement': {
    message: 'words that are no statement stand before or behind the statement',
    hint: 'send the statement alone, and explanations as comments',
  },
  'unterminated-string': {
    message: 'a string does not end',
    hint: 'close the string with a quote',
  },
  'unterminated-identifier': {
    message: 'a quoted name does not end',
    hint: 'close the name with a double quote',
  },
  'unterminated-comment': {
    message: 'a comment does not end',
    hint: 'close the comment with */',
  },
  'ambiguous-comment': {
    message: 'a comment holds a carriage return of its own, so where it ends is ambiguous',
    hint: 'end lines with LF or CR LF',
  },
  'comment-in-stage': {
    message: 'a stage name runs into what could be a comment',
    hint: 'put the stage location in single quotes',
  },
  'prefixed-string': {
    message: "a string has a prefix, such as E'…' or N'…'",
    hint: 'use a plain string',
  },
  'tagged-string': {
    message: 'a dollar-quoted string has a tag',
    hint: 'use $$ without a tag, or a plain string',
  },
  'escaped-name': {
    message: 'a string that names something holds an escape, which others may read differently',
    hint: 'write the name without a backslash',
  },
  'ambiguous-number': {
    message: 'a number runs into a name',
    hint: 'put a space between the number and the name',
  },
  // the parser
  'syntax-error': {
    message: 'the statement could not be parsed',
    hint: 'check the syntax at the place that is named, or write the statement in a simpler form',
  },
  'parser-failed': {
    message: 'the parser gave up on the statement',
    hint: 'split the statement into smaller parts',
  },
  'parser-too-slow': {
    message: 'the parser did not come to an end with the statement in time',
    hint: 'nest less: move inner expressions into common table expressions',
  },
  'unknown-syntax': {
    message: 'the statement uses syntax whose effect on data is not known here',
    hint: 'write the statement without it',
  },
  'analysis-failed': {
    message: 'the analysis of the statement failed',
    hint: 'write the statement in a simpler form',
  },
  'unread-token': {
    message: 'a name in the text does not appear in what the parser read',
    hint: 'write the statement in a simpler form',
  },
  // the statement kind
  'statement-not-supported': {
    message: 'this kind of statement is not supported on a governed connection',
    hint: 'use SELECT and other plain statements that can be analysed',
  },
  'runs-other-code': {
    message: 'what the statement runs cannot be seen from its text',
    hint: 'send the inner statements themselves, one at a time',
  },
  'variable-holds-data': {
    message: 'a session variable would hold a value read from a table',
    hint: 'set the variable to a constant, or use a subquery where the value is needed',
  },
  'session-parameter-refused': {
    message: 'the session parameter may change what a statement means',
    hint: 'set time zone, plain output formats, timeouts and QUERY_TAG only, and leave other parameters at their defaults',
  },
  // names
  'no-current-schema': {
    message: 'the name lacks a database or schema, and it is not known which one it means',
    hint: 'qualify the name as DATABASE.SCHEMA.TABLE',
  },
  'unknown-table': {
    message: 'the table is not in the catalogue',
    hint: 'check the name, and that the role of the session may see the table',
  },
  'unknown-column': {
    message: 'the column is not in the catalogue',
    hint: 'check the name, and that the table has the column',
  },
  'duplicate-name': {
    message: 'two things in one list have the same name',
    hint: 'rename one of them',
  },
  'ambiguous-column': {
    message: 'the column exists in more than one table of the query',
    hint: 'qualify the column with its table',
  },
  'unknown-columns-of-relation': {
    message: 'the columns of a table or table function are not known',
    hint: 'name a table of the catalogue instead',
  },
  'column-count-mismatch': {
    message: 'the number of columns does not fit',
    hint: 'give each side the same number of columns',
  },
  'unnamed-column': {
    message: 'a column of what is created has no name',
    hint: 'give every expression an alias',
  },
  'dynamic-name': {
    message: 'the name of an object comes from a variable, a bind or an expression',
    hint: "write the name itself, or IDENTIFIER('NAME')",
  },
  'stale-view': {
    message: 'the definition of the view cannot be analysed or does not fit its columns',
    hint: 'query the tables of the view instead',
  },
  // functions
  'unknown-function': {
    message: 'the function is not a known built-in, and a user-defined function may read anything',
    hint: 'use a built-in function, or write the expression out',
  },
  'function-refused': {
    message: 'the function reads or sends data outside of what the text shows',
    hint: 'leave the function out',
  },
  // things that have no lineage
  'stage-not-supported': {
    message: 'data in staged files has no known columns or classification',
    hint: 'load the file into a table first',
  },
  'column-not-allowed-here': {
    message: 'a column or subquery stands where only a constant is understood',
    hint: 'use a constant',
  },
} as const satisfies Record<string, ReasonEntry>

export type RefusalCode = keyof typeof refusalReasons
