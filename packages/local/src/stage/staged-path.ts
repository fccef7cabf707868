import { SnowflakeError } from '../snowflake-error.ts'

const invalidPath = () =>
  new SnowflakeError(
    '001757',
    '42601',
    'SQL compilation error:\nThe path of a staged file is relative, without `..`, empty parts, backslashes and control characters.',
  )

const longest = 1024

/**
 * Whether this is the path of a file within a stage. A path never becomes a file's name on the disk, so nothing could
 * be reached with a bad one; it is refused all the same, because a driver makes a local file of its last part.
 */
export const isStagedPath = (path: string): boolean =>
  path.length > 0 &&
  path.length <= longest &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  !/[\u0000-\u001f\u007f\\]/.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/** A path or the beginning of one: also empty, or with a slash at its end. @throws SnowflakeError 001757 */
export const checkPathPrefix = (prefix: string): string => {
  const path = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  if (path !== '' && !isStagedPath(path)) throw invalidPath()
  return prefix
}
