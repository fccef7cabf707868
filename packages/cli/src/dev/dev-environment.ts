import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { DevStack } from './dev-stack.ts'

/** The settings of a running stack as the variables that programs and `snowfence query` read. */
export type DevEnvironment = Readonly<Record<string, string>>

export interface TokenFiles {
  readonly agent: string
  readonly reviewer: string
  readonly auditor: string
  readonly operator: string
}

const TOKEN_TTL_SECONDS = 3600
const ROTATION_MILLISECONDS = 15 * 60 * 1000

/** Replaces the file at once: a reader sees the old token or the new one, never a part. */
const replaceFile = async (file: string, content: string) => {
  await writeFile(`${file}.next`, content, { mode: 0o600 })
  await rename(`${file}.next`, file)
}

/**
 * Writes identity tokens to files and keeps them fresh, as a Kubernetes projected volume does.
 * Returns the files and a function that stops the rotation.
 */
export const startTokenFiles = async (
  stack: DevStack,
  folder: string,
): Promise<{ files: TokenFiles; stop(): void }> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files: TokenFiles = {
    agent: path.join(folder, 'agent.jwt'),
    reviewer: path.join(folder, 'reviewer.jwt'),
    auditor: path.join(folder, 'auditor.jwt'),
    operator: path.join(folder, 'operator.jwt'),
  }
  const write = async () => {
    for (const [identity, file] of Object.entries(files)) {
      await replaceFile(
        file,
        await stack.identityToken(identity as keyof TokenFiles, { ttlSeconds: TOKEN_TTL_SECONDS }),
      )
    }
  }
  await write()
  const timer = setInterval(() => {
    // A failed rotation leaves the previous token, which says by itself when it has expired.
    write().catch((error: unknown) =>
      process.stderr.write(`token files were not renewed: ${String(error)}\n`),
    )
  }, ROTATION_MILLISECONDS)
  timer.unref()
  return { files, stop: () => clearInterval(timer) }
}

export const devEnvironment = (stack: DevStack, files: TokenFiles): DevEnvironment => ({
  SNOWFLAKE_ACCOUNT: stack.warehouse.account,
  SNOWFLAKE_ACCESS_URL: stack.warehouse.url,
  SNOWFLAKE_USER: stack.warehouse.administrator.username,
  SNOWFLAKE_PASSWORD: stack.warehouse.administrator.password,
  SNOWFLAKE_WAREHOUSE: 'AGENTS',
  SNOWFLAKE_DATABASE: 'CLINIC',
  SNOWFLAKE_SCHEMA: 'PUBLIC',
  SNOWFENCE_BROKER: stack.broker.url,
  SNOWFENCE_IDENTITY_TOKEN_FILE: files.agent,
  SNOWFENCE_REVIEWER_TOKEN_FILE: files.reviewer,
  SNOWFENCE_AUDITOR_TOKEN_FILE: files.auditor,
  SNOWFENCE_OPERATOR_TOKEN_FILE: files.operator,
  SNOWFENCE_IDENTITY_ISSUER: stack.identityProvider.issuer,
  SNOWFENCE_PURPOSE: 'HOPERAT',
  SNOWFENCE_AGENT_ID: 'readmissions-bot',
})

const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`

/** The environment as a file that a shell can source and `node --env-file` can read. */
export const renderEnvironmentFile = (environment: DevEnvironment): string =>
  `${Object.entries(environment)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join('\n')}\n`
