import { SnowfenceError } from '@snowfence/core'
import { type OwnerLock, takeOwnership } from '@snowfence/core/files'

/**
 * Makes this process the only writer of a journal.
 *
 * @throws ERR_AUDIT_STORE_IN_USE, also for a journal on a network file system.
 */
export const ownJournal = (journal: string): OwnerLock => {
  const taken = takeOwnership(journal)
  if (!('kind' in taken)) return taken
  if (taken.kind === 'in-use') {
    throw new SnowfenceError('ERR_AUDIT_STORE_IN_USE', { details: { file: journal } })
  }
  throw new SnowfenceError('ERR_AUDIT_STORE_IN_USE', {
    message: `the audit journal is on ${taken.name}, a network file system, whose locks do not keep a second writer out`,
    hint: 'keep the journal on a disk of this machine',
    details: { file: journal, fileSystem: taken.name },
  })
}
