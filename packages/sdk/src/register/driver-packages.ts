import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A copy of snowflake-sdk on the disk, whatever the name of its folder. */
export interface DriverPackage {
  readonly folder: string
  /** The file that `require` of the package gives. */
  readonly main: string
}

const found = new Map<string, DriverPackage | null>()

const read = (folder: string): { name?: unknown; main?: unknown } | null => {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      name?: unknown
      main?: unknown
    }
  } catch {
    return null
  }
}

const look = (folder: string): DriverPackage | null => {
  const manifest = read(folder)
  const isNamed = typeof manifest?.name === 'string'
  const isDriver = manifest?.name === 'snowflake-sdk'
  if (isNamed && !isDriver) return null
  // A manifest without a name tells the format of the files below it, and the driver's `dist` has a copy of its own.
  const parent = path.dirname(folder)
  const isOutermost = parent === folder || path.basename(parent) === 'node_modules'
  const outer = isOutermost ? null : packageOfFolder(parent)
  const own = isDriver ? { folder, main: path.join(folder, String(manifest.main ?? 'index.js')) } : null
  return outer ?? own
}

const packageOfFolder = (folder: string): DriverPackage | null => {
  let known = found.get(folder)
  if (known === undefined) {
    known = look(folder)
    found.set(folder, known)
  }
  return known
}

/** The copy of snowflake-sdk that a file belongs to, by the name in its `package.json`: aliases and paths lead there too. */
export const driverPackageOf = (fileOrUrl: string): DriverPackage | null => {
  const isUrl = /^[a-z][a-z0-9+.-]+:/i.test(fileOrUrl) && !path.isAbsolute(fileOrUrl)
  if (isUrl && !fileOrUrl.startsWith('file:')) return null
  return packageOfFolder(path.dirname(isUrl ? fileURLToPath(fileOrUrl) : fileOrUrl))
}
