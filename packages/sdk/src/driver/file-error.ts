import { createGovernedError } from './driver-error.ts'

/** What Node does to files, and never to the network. */
const fileCalls = new Set([
  'open',
  'stat',
  'lstat',
  'scandir',
  'mkdir',
  'mkdtemp',
  'read',
  'write',
  'copyfile',
  'unlink',
])

/** How the driver's file transfer begins the texts of its own. What follows is a path. */
const missing = /^(?:No file found for:|The local path is not a directory:|undefined is not a directory)/

const isFileCall = ({ code, syscall }: NodeJS.ErrnoException): boolean =>
  typeof syscall === 'string' && fileCalls.has(syscall) && /^E[A-Z0-9]+$/.test(code ?? '')

/** Calls by which the driver looks at local files before it transfers the first. Its later ones have other names. */
const callsBeforeTransfer = new Set(['stat', 'open', 'read', 'mkdir'])

/** Whether a transfer ended at its local files before any byte was sent, so that the stage is as it was. */
export const isErrorBeforeTransfer = (error: unknown): boolean =>
  error instanceof Error &&
  (missing.test(error.message) ||
    (isFileCall(error) && callsBeforeTransfer.has((error as NodeJS.ErrnoException).syscall ?? '')))

/**
 * An error of a PUT's or GET's local file, or null for any other. The path is the statement's own, so it is a literal
 * and stays out; Node's code, which the driver passes on, is kept.
 */
export const translateFileError = (
  error: unknown,
  traceId: string | null,
  data: Readonly<Record<string, unknown>> = {},
): Error | null => {
  if (!(error instanceof Error)) return null
  const { code, syscall } = error as NodeJS.ErrnoException
  const isOfFile = isFileCall(error)
  if (!isOfFile && !missing.test(error.message)) return null
  const told = isOfFile ? `\`${syscall}\` failed with ${code}` : 'there is no such file or directory'
  return createGovernedError('ERR_FILE_TRANSFER_FAILED', {
    message: `a local file of the transfer cannot be used: ${told}`,
    code: isOfFile ? (code as string) : 'ENOENT',
    sqlState: '58030',
    data,
    traceId,
  })
}
