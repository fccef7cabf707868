import workerThreads, { type WorkerOptions } from 'node:worker_threads'
import { addFlags, inheritedEnvironment } from './inherited-environment.ts'

/**
 * Gives every Worker the guard, whatever `execArgv` and `env` it is made with. A Worker reads NODE_OPTIONS from an
 * environment of its own, or when it has an `execArgv` of its own, and else takes the flags of its parent, of which it
 * runs `--require` alone when its code is given as text.
 */
export const guardWorkers = (flags: string, ownFolder: string): void => {
  const { Worker, SHARE_ENV } = workerThreads

  /** Threads of this package's own, which parse and send nothing. */
  const isOwn = (file: unknown): boolean => file instanceof URL && file.href.startsWith(ownFolder)

  const guarded = (options: WorkerOptions): WorkerOptions => {
    const { env, execArgv = [...process.execArgv] } = options
    if (env !== SHARE_ENV)
      return { ...options, env: inheritedEnvironment((env as NodeJS.ProcessEnv) ?? process.env, flags) }
    process.env.NODE_OPTIONS = addFlags(process.env.NODE_OPTIONS, flags)
    return { ...options, execArgv }
  }

  const GuardedWorker = new Proxy(Worker, {
    construct: (target, [file, options], newTarget) =>
      Reflect.construct(target, [file, isOwn(file) ? options : guarded(options ?? {})], newTarget),
  })
  Object.defineProperty(Worker.prototype, 'constructor', { value: GuardedWorker })
  Object.assign(workerThreads, { Worker: GuardedWorker })
}
