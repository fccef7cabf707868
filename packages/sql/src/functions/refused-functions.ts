interface RefusedFamily {
  readonly pattern: RegExp
  /** What the function does, as the rest of a sentence. */
  readonly because: string
  readonly hint: string
}

/**
 * Built-in functions that read or send data in ways no text shows. They are named, so that the refusal can say why;
 * every function that is neither here nor in the list of built-ins is refused as unknown.
 */
const families: readonly RefusedFamily[] = [
  {
    pattern: /^(?:RESULT_SCAN|LAST_QUERY_ID)$/,
    because: 'reads the result of another statement',
    hint: 'repeat the other statement as a subquery',
  },
  {
    pattern: /^SYSTEM\$/,
    because: 'acts on or reports about the account',
    hint: 'leave the function out',
  },
  {
    pattern: /^GET_(?:DDL|OBJECT_REFERENCES)$/,
    because: 'shows definitions of objects',
    hint: 'use DESCRIBE or INFORMATION_SCHEMA',
  },
  {
    pattern:
      /^(?:GET_PRESIGNED_URL|BUILD_SCOPED_FILE_URL|BUILD_STAGE_FILE_URL|GET_STAGE_LOCATION|GET_RELATIVE_PATH|GET_ABSOLUTE_PATH|TO_FILE|FL_.*|READ_FILE.*|INFER_SCHEMA|DIRECTORY)$/,
    because: 'gives access to staged files',
    hint: 'load the file into a table first',
  },
  {
    pattern:
      /^(?:AI_.*|CORTEX.*|COMPLETE|TRY_COMPLETE|SENTIMENT|ENTITY_SENTIMENT|SUMMARIZE|EXTRACT_ANSWER|CLASSIFY_TEXT|EMBED_TEXT_.*|SEARCH_PREVIEW|PARSE_DOCUMENT|FINETUNE|COUNT_TOKENS)$/,
    because: 'sends its arguments to a language model',
    hint: 'select the columns and work on the masked values',
  },
  {
    pattern:
      /^(?:QUERY_HISTORY.*|LOGIN_HISTORY.*|COPY_HISTORY|TASK_.*|PIPE_USAGE_HISTORY|WAREHOUSE_.*_HISTORY|STAGE_DIRECTORY_FILE_REGISTRATION_HISTORY|TAG_REFERENCES.*|POLICY_REFERENCES|.*_HISTORY|EXTERNAL_TABLE_FILES|VALIDATE|VALIDATE_PIPE_LOAD|DATA_METRIC_.*|GET_QUERY_OPERATOR_STATS|EXPLAIN_JSON)$/,
    because: 'shows what other statements did, with their texts',
    hint: 'ask the audit trail instead',
  },
  {
    pattern: /^(?:ENCRYPT.*|DECRYPT.*|TRY_DECRYPT.*)$/,
    because: 'hides values from every later check',
    hint: 'select the column itself',
  },
  {
    pattern:
      /^(?:POLICY_CONTEXT|GETVARIABLE|SET_VARIABLE|GET_CONDITION_QUERY_UUID|ESTIMATE_REMAINING_DP_AGGREGATES|DP_.*)$/,
    because: 'depends on state that the text does not show',
    hint: 'write the expression out',
  },
]

/** Why a built-in function is refused, or null when it is in no refused family. */
export const findRefusedFamily = (name: string): RefusedFamily | null =>
  families.find(({ pattern }) => pattern.test(name)) ?? null
