import { statfsSync } from 'node:fs'

/** Linux, `f_type` of statfs(2): file systems that several hosts can mount at the same time. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x20030528, 'OrangeFS'],
  [0x73757245, 'Coda'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x19830326, 'BeeGFS'],
])

/** The name of a network file system by its Linux type number; null for any other. */
export const nameOfNetworkType = (type: number | bigint): string | null =>
  // The kernel's type is a signed word on some architectures.
  networkFileSystems.get(Number(BigInt.asUintN(32, BigInt(type)))) ?? null

/**
 * The network file system that holds a path, or null. A lock on such a file system depends on its server and mount
 * options, and a host that caches a file does not see another host's write at once.
 *
 * Linux only: the type numbers of other systems are not stable, so there the answer is null.
 */
export const networkFileSystemOf = (path: string): string | null =>
  process.platform === 'linux' ? nameOfNetworkType(statfsSync(path, { bigint: true }).type) : null
