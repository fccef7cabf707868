import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Puts a file system of a fixed size over a directory. */
export const mount = (directory: string, size: string, more: readonly string[] = []): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', [`size=${size},mode=0700`, ...more].join(), 'tmpfs', directory])
    .status === 0
export const unmount = (directory: string): void => {
  spawnSync('umount', ['-l', directory])
}

/** Whether this user may mount a file system of a few megabytes. */
export const canMount = (() => {
  const probe = join(tmpdir(), `snowfence-mount-${process.pid}`)
  mkdirSync(probe)
  const isMounted = mount(probe, '1m')
  if (isMounted) unmount(probe)
  rmSync(probe, { recursive: true })
  return isMounted
})()
if (!canMount) process.stdout.write('full disks are not tested here: this user may not mount a tmpfs\n')

/** Takes all space of a disk. Gives the file to remove. */
export const fillDisk = (directory: string): string => {
  const file = join(directory, 'fill')
  const descriptor = openSync(file, 'w')
  const block = Buffer.alloc(4096)
  try {
    for (;;) writeSync(descriptor, block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(descriptor)
  }
  return file
}
