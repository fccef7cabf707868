import type { ReadConstruct } from './read-construct.ts'

const FORMS = new Set(['TEXT', 'JSON', 'TABULAR'])

/** `EXPLAIN USING JSON …`: how the plan is written. */
export const readExplainUsing: ReadConstruct = (at, reader) =>
  at === 0 && reader.word(1) === 'USING' && FORMS.has(reader.word(2)) ? [reader.blank(1, 3)] : []
