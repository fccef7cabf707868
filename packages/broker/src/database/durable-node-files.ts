import { fsyncSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type EmscriptenOptions = Parameters<NodeFS['init']>[1]

interface NodeFilesModule {
  readonly NODEFS: { readonly stream_ops: { fsync?: (stream: { readonly nfd?: number }) => number } }
}

/**
 * PGlite's directory on disk, with `fsync` that reaches the disk.
 *
 * PGlite leaves PostgreSQL's `fsync` off, and its file system would ignore the call: a commit then survives the
 * death of the process but not the loss of power. An audit record that was acknowledged must survive both.
 */
export class DurableNodeFiles extends NodeFS {
  override async init(
    pglite: Parameters<NodeFS['init']>[0],
    options: EmscriptenOptions,
  ): ReturnType<NodeFS['init']> {
    const result = await super.init(pglite, options)
    const makeDurable = (module: unknown): void => {
      // Directories have no descriptor of their own in this file system, hence the test.
      ;(module as NodeFilesModule).NODEFS.stream_ops.fsync = ({ nfd }) => {
        if (nfd !== undefined) fsyncSync(nfd)
        return 0
      }
    }
    const preRun = result.emscriptenOpts.preRun
    const before = preRun === undefined ? [] : Array.isArray(preRun) ? preRun : [preRun]
    return { emscriptenOpts: { ...result.emscriptenOpts, preRun: [...before, makeDurable] } }
  }
}

/** How PostgreSQL is started in the process: one backend, no helpers, and commits that wait for `fsync`. */
export const durableStartParameters: readonly string[] = [
  '--single',
  '-O',
  '-j',
  ...[
    'search_path=public',
    'exit_on_error=false',
    'log_checkpoints=false',
    'max_worker_processes=0',
    'max_parallel_workers=0',
    'max_parallel_workers_per_gather=0',
    'max_parallel_maintenance_workers=0',
    'io_method=sync',
    'fsync=on',
    // The other methods end in system calls that the WebAssembly build answers without doing anything.
    'wal_sync_method=fsync',
  ].flatMap((setting) => ['-c', setting]),
]
