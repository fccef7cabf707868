import { fsyncSync } from 'node:fs'
import { join } from 'node:path'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { closeToOthers, makePrivateDirectory } from '@snowfence/core/files'

type EmscriptenOptions = Parameters<NodeFS['init']>[1]

interface FileNode {
  /** As in `stat`: type and permissions. */
  readonly mode: number
}

/** What `chmod` and `truncate` set. */
interface Attributes {
  readonly mode?: number
  readonly size?: number
}

interface FileStream {
  readonly node: FileNode
  readonly nfd?: number
}

/** The parts of Emscripten's file system on Node that are replaced here, and those that they need. */
interface NodeFilesModule {
  readonly FS: {
    readonly ErrnoError: new (errno: number) => Error
    isFile(mode: number): boolean
  }
  readonly NODEFS: {
    /** The path on the disk. */
    realPath(node: FileNode): string
    readonly node_ops: {
      mknod(parent: FileNode, name: string, mode: number, device: number): unknown
      setattr(node: FileNode, attributes: Attributes): void
      rename(node: FileNode, directory: FileNode, name: string): void
    }
    readonly stream_ops: {
      fsync?: (stream: FileStream) => number
      setattr(stream: FileStream, attributes: Attributes): void
      write(stream: FileStream, ...rest: readonly unknown[]): number
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
 *
 * After a crash PostgreSQL syncs every file of the directory, one after the other, and twice. The files that this object
 * did not write are on the disk already: the caller has to sync the directory before. So `fsync` is for the others.
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

/** Knows the files that were written. */
const createWrittenFiles = ({ FS, NODEFS }: NodeFilesModule) => {
  const paths = new Set<string>()
  let isAny = false
  return {
    add: (path: string): void => void paths.add(path),
    addRenamed(node: FileNode, path: string): void {
      // Of a directory every file has another path now.
      if (FS.isFile(node.mode)) paths.add(path)
      else isAny = true
    },
    has: (node: FileNode): boolean => isAny || paths.has(NODEFS.realPath(node)),
  }
}

const replaceOperations = (module: NodeFilesModule, isOwned: () => boolean): void => {
  const { FS, NODEFS } = module
  const { node_ops: nodes, stream_ops: streams } = NODEFS
  const written = createWrittenFiles(module)
  const assertOwned = (): void => {
    if (!isOwned()) throw new FS.ErrnoError(EIO)
  }
  const { mknod, rename, setattr } = nodes
  const { setattr: setStream, write } = streams
  nodes.mknod = (parent, name, mode, device) => {
    written.add(join(NODEFS.realPath(parent), name))
    return mknod(parent, name, closeToOthers(mode), device)
  }
  nodes.rename = (node, directory, name) => {
    written.addRenamed(node, join(NODEFS.realPath(directory), name))
    rename(node, directory, name)
  }
  const noteAttributes = (node: FileNode, attributes: Attributes): Attributes => {
    if (attributes.size !== undefined) written.add(NODEFS.realPath(node))
    return attributes.mode === undefined
      ? attributes
      : { ...attributes, mode: closeToOthers(attributes.mode) }
  }
  nodes.setattr = (node, attributes) => setattr(node, noteAttributes(node, attributes))
  streams.setattr = (stream, attributes) => setStream(stream, noteAttributes(stream.node, attributes))
  streams.write = (stream, ...rest) => {
    assertOwned()
    written.add(NODEFS.realPath(stream.node))
    return write(stream, ...rest)
  }
  streams.fsync = ({ node, nfd }) => {
    // Directories have no descriptor of their own in this file system, hence the test.
    if (nfd !== undefined && written.has(node)) fsyncSync(nfd)
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
