import { calledBack, thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection } from '../subject.ts'

export const connectionAnswerScenarios: readonly Scenario[] = [
  {
    name: 'heartbeats',
    shows: [
      'connection.heartbeat',
      'connection.heartbeatAsync',
      'connection.isValidAsync',
      'connection.isTokenValid',
    ],
    differs: [
      {
        member: 'connection.heartbeat',
        kind: 'differs',
        at: 'body',
        governed: /undefined/,
        why: 'the answer of the server is not handed on',
      },
    ],
    run: async (subject) => {
      const connection = await subject.shared()
      const { given, returned } = await calledBack((callback) => connection.heartbeat(callback))
      return {
        returned,
        length: given.length,
        error: given[0],
        body: typeof given[1],
        withoutCallback: connection.heartbeat(),
        promised: await connection.heartbeatAsync(),
        isValid: await connection.isValidAsync(),
        isTokenValid: connection.isTokenValid(),
      }
    },
  },
  {
    name: 'what a connection says about itself',
    shows: [
      'connection.getId',
      'connection.getServiceName',
      'connection.getClientSessionKeepAlive',
      'connection.getClientSessionKeepAliveHeartbeatFrequency',
      'connection.getJsTreatIntegerAsBigInt',
      'connection.determineConnectionDomain',
      'connection.getTokens',
    ],
    run: async (subject) => {
      const connection = await subject.shared()
      const plain = subject.create()
      const say = (of: Connection) => [
        typeof of.getId(),
        new Set([of.getId(), of.getId()]).size,
        of.getServiceName(),
        of.getClientSessionKeepAlive(),
        of.getClientSessionKeepAliveHeartbeatFrequency(),
        of.getJsTreatIntegerAsBigInt(),
        of.determineConnectionDomain(),
        of.getTokens(),
      ]
      return [say(connection), say(plain)]
    },
  },
  {
    name: 'a connection that keeps its session alive',
    shows: ['options.clientSessionKeepAlive', 'options.clientSessionKeepAliveHeartbeatFrequency'],
    run: async (subject) => {
      const connection = await subject.open({
        clientSessionKeepAlive: true,
        clientSessionKeepAliveHeartbeatFrequency: 1200,
      })
      return [
        connection.getClientSessionKeepAlive(),
        connection.getClientSessionKeepAliveHeartbeatFrequency(),
      ]
    },
  },
  {
    name: 'the status of queries',
    shows: ['connection.isStillRunning', 'connection.isAnError'],
    run: async (subject) => {
      const connection = subject.create()
      return [
        'RUNNING',
        'ABORTING',
        'SUCCESS',
        'FAILED_WITH_ERROR',
        'ABORTED',
        'QUEUED',
        'FAILED_WITH_INCIDENT',
        'DISCONNECTED',
        'RESUMING_WAREHOUSE',
        'QUEUED_REPARING_WAREHOUSE',
        'RESTARTED',
        'BLOCKED',
        'NO_DATA',
        'NO_QUERY_DATA',
        'running',
        'UNKNOWN',
        '',
        undefined,
        null,
        1,
        {},
      ].map((status) => [
        thrownBy(() => connection.isStillRunning(status)),
        thrownBy(() => connection.isAnError(status)),
      ])
    },
  },
  {
    name: 'the OCSP responder of a private link',
    shows: ['connection.setupOcspPrivateLink'],
    run: async (subject) => {
      const name = 'SF_OCSP_RESPONSE_CACHE_SERVER_URL'
      const before = process.env[name]
      const returned = subject.create().setupOcspPrivateLink('Account.PrivateLink.snowflakecomputing.com')
      const after = process.env[name]
      delete process.env[name]
      return [before, after, returned]
    },
  },
  {
    name: 'a connection as text',
    shows: ['connection.serialize'],
    differs: [
      {
        member: 'connection.serialize',
        kind: 'refused',
        at: 'serialized',
        governed: /ERR_MEMBER_REFUSED/,
        why: 'it would hand out the tokens of the session',
      },
    ],
    run: async (subject) => {
      const connection = await subject.shared()
      const seen = thrownBy(() => connection.serialize()) as { returned?: string; thrown?: Error }
      return {
        serialized: seen.returned === undefined ? seen : Object.keys(JSON.parse(seen.returned) as object),
      }
    },
  },
]
