import type { AttributeDefinition } from './attribute-definition.ts'

const everySpan = ['session', 'lease', 'authorize', 'approval', 'query'] as const
const statementSpans = ['authorize', 'approval', 'query'] as const

/** Attributes that OpenTelemetry's semantic conventions name: `db.*` and `server.*` stable, `gen_ai.*` and `user.*` in development. */
export const conventionAttributes = {
  'db.system.name': {
    type: 'string',
    form: 'word',
    spans: statementSpans,
    when: 'always',
    meaning: 'Always `snowflake`.',
  },
  'db.namespace': {
    type: 'string',
    form: 'name',
    spans: statementSpans,
    when: 'the session has a current database',
    meaning: 'Database and schema in force, joined by `|`.',
  },
  'db.query.summary': {
    type: 'string',
    form: 'name',
    spans: ['authorize', 'query'],
    when: 'the statement was judged',
    meaning: 'The statement kind and the tables it touches; also the name of the query span.',
  },
  'db.query.text': {
    type: 'string',
    form: 'redacted-sql',
    spans: ['authorize', 'query'],
    when: 'the statement was judged',
    meaning: 'The statement with every literal replaced and comments dropped.',
  },
  'db.response.status_code': {
    type: 'string',
    form: 'word',
    spans: ['query'],
    when: 'Snowflake answered with an error',
    meaning:
      'Snowflake’s error number, or its SQLSTATE where it gave no number. Never the text of the error.',
  },
  'db.response.returned_rows': {
    type: 'int',
    form: 'number',
    spans: ['query'],
    when: 'always',
    meaning: 'Rows that were handed over to the caller.',
  },
  'error.type': {
    type: 'string',
    form: 'word',
    spans: ['identity', 'session', 'lease', 'query'],
    when: 'it ended in an error',
    meaning: 'The error’s code or SQLSTATE. Never its text.',
  },
  'server.address': {
    type: 'string',
    form: 'word',
    spans: statementSpans,
    when: 'always',
    meaning: 'Host of the Snowflake account.',
  },
  'server.port': {
    type: 'int',
    form: 'number',
    spans: statementSpans,
    when: 'the port is not 443',
    meaning: 'Port of the Snowflake account.',
  },
  'gen_ai.agent.id': {
    type: 'string',
    form: 'declared',
    spans: everySpan,
    when: 'the agent is known',
    meaning: 'The agent’s id, as its program states it.',
  },
  'gen_ai.agent.name': {
    type: 'string',
    form: 'declared',
    spans: everySpan,
    when: 'the program states it',
    meaning: 'The agent’s name for people.',
  },
  'gen_ai.agent.version': {
    type: 'string',
    form: 'declared',
    spans: everySpan,
    when: 'the program states it',
    meaning: 'The version of the agent’s program.',
  },
  'gen_ai.conversation.id': {
    type: 'string',
    form: 'declared',
    spans: everySpan,
    when: 'the program states it',
    meaning: 'The conversation or run that the statement belongs to.',
  },
  'gen_ai.request.model': {
    type: 'string',
    form: 'declared',
    spans: everySpan,
    when: 'the program states it',
    meaning: 'The model that drives the agent.',
  },
  'client.address': {
    type: 'string',
    form: 'word',
    spans: ['identity'],
    when: 'the event is `identity.refused`',
    meaning: 'Where the token came from; an IPv6 address by its /64 network.',
  },
  'http.route': {
    type: 'string',
    form: 'word',
    spans: ['identity'],
    when: 'the event is `identity.refused`',
    meaning: 'The route of the broker that the token was sent to.',
  },
  'user.id': {
    type: 'string',
    form: 'vouched',
    spans: ['identity', ...everySpan],
    when: 'the principal is known',
    meaning: 'Subject of the principal’s verified token; unique together with `snowfence.principal.issuer`.',
  },
} as const satisfies Record<string, AttributeDefinition>
