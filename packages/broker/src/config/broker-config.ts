import { z } from 'zod'
import { isLoopbackHost, isSafeUrl } from './is-loopback.ts'

const safeUrl = z
  .string()
  .refine(isSafeUrl, 'must be an https URL; plain http is accepted for loopback addresses only')
  .transform((text) => text.replace(/\/$/, ''))

/** Signature algorithms with a public key. A shared secret or `none` can never be configured. */
const algorithm = z.enum([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
])

/** One identity provider whose tokens are accepted. */
export const issuerSchema = z.strictObject({
  /** Exactly the `iss` of its tokens; `/.well-known/openid-configuration` below it is read. */
  issuer: z
    .string()
    .refine(isSafeUrl, 'must be an https URL; plain http is accepted for loopback addresses only'),
  /** The `aud` that tokens for this broker carry. */
  audience: z.string().min(1),
  groupsClaim: z.string().min(1).default('groups'),
  /** The groups this issuer may speak for: others in its tokens are dropped. All of them when absent. */
  groups: z.array(z.string().min(1)).optional(),
  /** Verified claims that policy rules may name. Nothing else of the token is kept. */
  claims: z.array(z.string()).default([]),
  /**
   * The claim that says which person a token belongs to, the same for one person at every issuer that has it. A token
   * without it is refused. When absent, a person is issuer and subject.
   */
  personClaim: z.string().min(1).optional(),
  /** The `azp` or `client_id` of programs that may present tokens. Any when absent. */
  authorizedParties: z.array(z.string().min(1)).min(1).optional(),
  /** From `iat` to `exp` at most. A token that lives for days is a standing credential. */
  maxTokenSeconds: z.int().min(60).max(86_400).default(86_400),
  algorithms: z.array(algorithm).min(1).default(['RS256', 'PS256', 'ES256', 'ES384', 'Ed25519', 'EdDSA']),
})

const roleSchema = z.strictObject({
  groups: z.array(z.string().min(1)).min(1),
  /** Login name of the Snowflake user that leases are for. */
  user: z.string().min(1),
  role: z.string().min(1),
  warehouse: z.string().min(1).nullable().default(null),
  /** Roles that an approved statement of these groups may run in. */
  elevatedRoles: z.array(z.string().min(1)).default([]),
})

const catalogueSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('warehouse'),
    user: z.string().min(1),
    role: z.string().min(1),
    warehouse: z.string().min(1).nullable().default(null),
    /** Address of the account when it is not the one that follows from its name. */
    accessUrl: safeUrl.optional(),
    refreshSeconds: z.number().positive().default(300),
  }),
  /** A JSON file of the form database -> schema -> table -> columns. */
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
])

const positive = z.int().min(1)

/** What strangers, addresses and principals may take of the broker. */
const limitsSchema = z.strictObject({
  /** Requests of one address without a valid bearer, in a minute. Then only bearers that were accepted before pass. */
  refusalsPerMinute: positive.default(600),
  /** Of one address, to routes without a bearer. */
  publicRequestsPerMinute: positive.default(6000),
  /** Sessions that one principal opens. */
  sessionsPerMinute: positive.default(1200),
  /** Requests with records of one principal, over all its sessions. */
  recordRequestsPerMinute: positive.default(600_000),
  /** Other requests of one principal. */
  requestsPerMinute: positive.default(60_000),
  connections: positive.default(16_384),
  /** Connections of one address on which no bearer was accepted yet, when few are free. One more ends the oldest of them. */
  unprovenConnectionsPerAddress: positive.default(256),
  /** Event streams of one session: one more ends the oldest of them. */
  streamsPerSession: positive.default(4),
  /** Event streams and long polls of one address. */
  waitingPerAddress: positive.default(16_384),
  /** Within which the headers, and the whole of a request, must arrive. */
  headerSeconds: positive.max(120).default(10),
  requestSeconds: positive.max(600).default(30),
  /** Within which the bytes of answers and events must be read that the buffers of the system do not take. */
  answerSeconds: positive.max(600).default(60),
  /** After which a connection without a byte in either direction ends. More than the longest poll takes. */
  idleSeconds: z.int().min(75).max(600).default(90),
})

const groups = z.array(z.string().min(1)).default([])

export const brokerConfigSchema = z
  .strictObject({
    listen: z
      .strictObject({
        host: z.string().min(1).default('127.0.0.1'),
        /** 0 takes a free port. */
        port: z.int().min(0).max(65_535).default(8443),
        /** Addresses or networks of proxies whose `x-forwarded-for` is believed. */
        trustedProxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
      })
      .prefault({}),
    /** The address clients and Snowflake know: issuer of every lease. The listening address when absent. */
    publicUrl: safeUrl.optional(),
    issuers: z
      .array(issuerSchema)
      .min(1)
      .refine(
        (issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length,
        'must name each issuer once',
      ),
    /** Path of the policy document. It is read again when the file changes. */
    policy: z.string().min(1),
    snowflake: z.strictObject({
      account: z.string().min(1),
      /** Audience of the leases. */
      accountUrl: z.url().transform((text) => text.replace(/\/$/, '')),
      roles: z.array(roleSchema).min(1),
      catalogue: catalogueSchema,
    }),
    groups: z.strictObject({ auditors: groups, operators: groups }).prefault({}),
    session: z
      .strictObject({
        ttlSeconds: z.int().min(60).max(86_400).default(3600),
        leaseSeconds: z.int().min(30).max(3600).default(300),
        /** Of one principal, over all its sessions. */
        maxPendingApprovals: z.int().min(1).default(20),
      })
      .prefault({}),
    limits: limitsSchema.prefault({}),
    dataDir: z.string().min(1).optional(),
    databaseUrl: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// address')
      .optional(),
    /** Base64 of 32 bytes. Needed with PostgreSQL, where replicas share it; else kept in `dataDir`. */
    encryptionKey: z.string().optional(),
    otlp: z
      .strictObject({
        /** Base address of an OTLP/HTTP receiver; `/v1/traces` is added. */
        endpoint: z.url().optional(),
        headers: z.record(z.string(), z.string()).default({}),
      })
      .prefault({}),
    log: z
      .strictObject({ level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('warn') })
      .prefault({}),
  })
  .superRefine((config, context) => {
    if (config.publicUrl === undefined && !isLoopbackHost(config.listen.host)) {
      context.addIssue({
        code: 'custom',
        path: ['publicUrl'],
        message: 'is required when the broker listens outside loopback: the https address that clients use',
      })
    }
    if (config.databaseUrl !== undefined && config.encryptionKey === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['encryptionKey'],
        message: 'is required with databaseUrl: give SNOWFENCE_BROKER_KEY, the same to every replica',
      })
    }
    if (config.databaseUrl !== undefined && config.dataDir !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['dataDir'],
        message: 'cannot be combined with databaseUrl: choose the embedded database or PostgreSQL',
      })
    }
  })

/** A checked configuration, defaults filled in. */
export type BrokerConfig = z.output<typeof brokerConfigSchema>
/** What a configuration file or a caller writes. */
export type BrokerConfigInput = z.input<typeof brokerConfigSchema>
export type RoleConfig = BrokerConfig['snowflake']['roles'][number]
export type IssuerConfig = BrokerConfig['issuers'][number]
export type WarehouseCatalogueConfig = Extract<
  BrokerConfig['snowflake']['catalogue'],
  { readonly kind: 'warehouse' }
>
