import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '..', '..')
const source = path.join(root, 'packages', 'sdk')

const textAt = (header: Buffer, start: number, length: number): string =>
  header.toString('latin1', start, start + length).replace(/\0.*$/s, '')

/** The files of a tarball as npm packages have it: plain files below `package/`. */
const filesOf = (tarball: Buffer): ReadonlyMap<string, Buffer> => {
  const bytes = gunzipSync(tarball)
  const files = new Map<string, Buffer>()
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const header = bytes.subarray(at, at + 512)
    const size = Number.parseInt(textAt(header, 124, 12), 8)
    const name = textAt(header, 0, 100)
    if (textAt(header, 156, 1) === '0')
      files.set(name.replace(/^package\//, ''), bytes.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

/** The files of the SDK as it is published, by their paths in the package. */
export const packSdk = async (): Promise<ReadonlyMap<string, Buffer>> => {
  const built = path.join(source, 'dist', 'index.cjs')
  if (!existsSync(built))
    await run(process.execPath, [path.join(root, 'node_modules/tsup/dist/cli-default.js')], { cwd: source })
  const directory = await mkdtemp(path.join(tmpdir(), 'snowfence-'))
  try {
    await run(path.join(root, 'node_modules/.bin/pnpm'), ['pack', '--pack-destination', directory], {
      cwd: source,
    })
    const [tarball = ''] = await readdir(directory)
    return filesOf(await readFile(path.join(directory, tarball)))
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Puts the files where `npm install` does. */
export const installSdk = async (files: ReadonlyMap<string, Buffer>, modules: string): Promise<void> => {
  for (const [name, bytes] of files) {
    const file = path.join(modules, 'snowfence', name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
}
