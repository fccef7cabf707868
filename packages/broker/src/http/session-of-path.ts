import { isSnowfenceError, SnowfenceError } from '@snowfence/core'

// Beside the errors and not in them: the code is that of a bearer whose session is over, and the status is another.
const unknownPaths = new WeakSet<SnowfenceError>()

/** An error of a request that was authenticated and whose path names no session: its status is 404. */
export const noSessionOfPath = (): SnowfenceError => {
  const error = new SnowfenceError('ERR_SESSION_NOT_FOUND', {
    message: 'no session has the id of the path, or it has ended',
    hint: 'take the id from `snowfence.session.id` in the records of the trail; a session that has ended needs no revocation',
  })
  unknownPaths.add(error)
  return error
}

/** The result of work on the session that a path names, for somebody who is not that session. */
export const sessionOfPath = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw isSnowfenceError(error, 'ERR_SESSION_NOT_FOUND') ? noSessionOfPath() : error
  }
}

export const isAboutPath = (error: SnowfenceError): boolean => unknownPaths.has(error)
