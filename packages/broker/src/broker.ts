/** A running broker, or one that is ready to listen. */
export interface Broker {
  /** The public address: what clients and Snowflake know. Known before `listen` only when it is configured. */
  readonly url: string
  /** Where it listens. Known after `listen`. */
  readonly address: string
  /**
   * Begins to serve. Gives the public address.
   *
   * @throws SnowfenceError `ERR_BROKER_PORT_IN_USE`, `ERR_BROKER_REPLICAS_DIFFER`
   */
  listen(): Promise<string>
  /** Reads the policy again if its file changed. @throws SnowfenceError `ERR_POLICY_INVALID`; the former one stays. */
  reloadPolicy(): Promise<void>
  /** Answers what is under way, then ends everything: connections, timers, database. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
