import type { Engine, EngineConnection } from './duckdb.ts'

/** Connections to DuckDB that no statement uses at the moment. All that a session has is kept outside of them. */
export class ConnectionPool {
  readonly #engine: Engine
  readonly #idle: EngineConnection[] = []

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async take(): Promise<EngineConnection> {
    return this.#idle.pop() ?? (await this.#engine.connect())
  }

  release(connection: EngineConnection): void {
    this.#idle.push(connection)
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
  }
}

/** Runs work that a signal can stop. An interrupt may come just before DuckDB starts, so it is repeated until it ends. */
export const runInterruptibly = async <T>(
  connection: EngineConnection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted()
  let timer: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection.interrupt()
    timer = setInterval(() => connection.interrupt(), 20)
  }
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', interrupt)
    clearInterval(timer)
  }
}
