import { fsyncSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { closeToOthers, makePrivateDirectory } from '@snowfence/core/files'

type EmscriptenOptions = Parameters<NodeFS['init']>[1]

/** The parts of Emscripten's file system on Node that are replaced here. */
interface NodeFilesModule {
  readonly FS: { readonly ErrnoError: new (errno: number) => Error }
  readonly NODEFS: {
    readonly node_ops: {
      mknod(parent: unknown, name: string, mode: number, device: number): unknown
      setattr(node: unknown, attributes: { readonly mode?: number }): void
    }
    readonly stream_ops: {
      fsync?: (stream: { readonly nfd?: number }) => number
      write(stream: unknown, ...rest: readonly unknown[]): number
    }
  }
}

/** `EIO` in the WebAssembly build. PostgreSQL fails the transaction or ends with it. */
const EIO = 29

export interface DurableNodeFilesOptions {
  /** Whether this process may write to the directory. Asked before each write, and before `fsync` returns. */
  readonly isOwned: () => boolean
}

/**
 * PGlite's directory on disk, with `fsync` that reaches the disk, for its owner alone.
 *
 * PGlite leaves PostgreSQL's `fsync` off, and its file system would ignore the call: a commit then survives the
 * death of the process but not the loss of power. An audit record that was acknowledged must survive both. A commit waits
 * for `fsync`, so it fails when another process has become the owner of the directory.
 */
export class DurableNodeFiles extends NodeFS {
  readonly #isOwned: () => boolean

  constructor(directory: string, { isOwned }: DurableNodeFilesOptions) {
    makePrivateDirectory(directory)
    super(directory)
    this.#isOwned = isOwned
  }

  override async init(
    pglite: Parameters<NodeFS['init']>[0],
    options: EmscriptenOptions,
  ): ReturnType<NodeFS['init']> {
    const result = await super.init(pglite, options)
    const replace = (module: unknown): void => replaceOperations(module as NodeFilesModule, this.#isOwned)
    const preRun = result.emscriptenOpts.preRun
    const before = preRun === undefined ? [] : Array.isArray(preRun) ? preRun : [preRun]
    return { emscriptenOpts: { ...result.emscriptenOpts, preRun: [...before, replace] } }
  }
}

const replaceOperations = ({ FS, NODEFS }: NodeFilesModule, isOwned: () => boolean): void => {
  const { node_ops: nodes, stream_ops: streams } = NODEFS
  const assertOwned = (): void => {
    if (!isOwned()) throw new FS.ErrnoError(EIO)
  }
  const { mknod, setattr } = nodes
  const { write } = streams
  nodes.mknod = (parent, name, mode, device) => mknod(parent, name, closeToOthers(mode), device)
  nodes.setattr = (node, attributes) =>
    setattr(
      node,
      attributes.mode === undefined ? attributes : { ...attributes, mode: closeToOthers(attributes.mode) },
    )
  streams.write = (stream, ...rest) => {
    assertOwned()
    return write(stream, ...rest)
  }
  streams.fsync = ({ nfd }) => {
    // Directories have no descriptor of their own in this file system, hence the test.
    if (nfd !== undefined) fsyncSync(nfd)
    assertOwned()
    return 0
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
    // One connection and a small database: the operating system keeps its files in memory as well.
    'shared_buffers=16MB',
    'max_connections=4',
    'fsync=on',
    // The other methods end in system calls that the WebAssembly build answers without doing anything.
    'wal_sync_method=fsync',
  ].flatMap((setting) => ['-c', setting]),
]
