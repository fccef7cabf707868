import type { KeyObject } from 'node:crypto'
import { SnowfenceError } from '@snowfence/core'
import type { TreeHead } from '../tree/audit-tree.ts'
import { HASH_LENGTH } from '../tree/hash.ts'
import { createNoteKey, ED25519_COSIGNATURE, ED25519_NOTE, type NoteKey } from './note-key.ts'
import { cosignNote, formatNote, parseNote, signNote, verifyNote } from './signed-note.ts'

/** What a checkpoint says. Comes from `verifyCheckpoint`, or from `parseCheckpoint` with nothing verified. */
export interface Checkpoint extends TreeHead {
  /** The log that it is about; equal to the name of the key that signs it. */
  readonly origin: string
  /** When it was signed, ISO 8601: an interval without records is signed too, so that silence can be proved. */
  readonly issuedAt: string
}

export interface VerifiedCheckpoint extends Checkpoint {
  /** Witnesses whose cosignature was verified, with the time that each states. */
  readonly witnesses: readonly { readonly name: string; readonly timeSeconds: number }[]
}

const refuseCheckpoint = (problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_CHECKPOINT_INVALID', { message: `the checkpoint is not valid: ${problem}` })

// C2SP tlog-checkpoint: origin, size, root, then extension lines. Ours has one, the time of issue.
const TEXT =
  /^([^\s+\p{Cc}]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\nissued (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n$/u

const parseText = (text: string): Checkpoint => {
  const [, origin, size, root, issuedAt] = TEXT.exec(text) ?? []
  if (origin === undefined || size === undefined || root === undefined || issuedAt === undefined) {
    throw refuseCheckpoint('its text is not origin, size, root and time of issue')
  }
  const hash = Buffer.from(root, 'base64')
  if (hash.length !== HASH_LENGTH || hash.toString('base64') !== root)
    throw refuseCheckpoint('its root is not a hash')
  if (!Number.isSafeInteger(Number(size))) throw refuseCheckpoint('its size is out of range')
  return { origin, size: Number(size), root: hash, issuedAt }
}

/** Reads what a checkpoint claims. Nothing has been verified at this point. */
export const parseCheckpoint = (note: string): Checkpoint => parseText(parseNote(note).text)

/** Signs a tree head. The key's name becomes the checkpoint's origin. */
export const signCheckpoint = (
  head: TreeHead,
  name: string,
  privateKey: KeyObject,
  issuedAt: Date,
): string => {
  const key = createNoteKey(name, privateKey, ED25519_NOTE)
  const root = Buffer.from(head.root).toString('base64')
  const text = `${name}\n${head.size}\n${root}\nissued ${issuedAt.toISOString()}\n`
  return formatNote({ text, signatures: [signNote(text, key, privateKey)] })
}

/**
 * Adds a witness's cosignature. The witness vouches that it saw this head as the largest consistent one, so it must
 * have checked a consistency proof from the last head it cosigned.
 */
export const cosignCheckpoint = (note: string, name: string, privateKey: KeyObject, at: Date): string => {
  const { text, signatures } = parseNote(note)
  parseText(text)
  const key = createNoteKey(name, privateKey, ED25519_COSIGNATURE)
  const cosignature = cosignNote(text, key, privateKey, Math.floor(at.getTime() / 1000))
  return formatNote({ text, signatures: [...signatures, cosignature] })
}

export interface VerifyCheckpointOptions {
  /** The log's key. */
  readonly key: NoteKey
  /** Keys that the log signed with earlier, under the same name. */
  readonly formerKeys?: readonly NoteKey[]
  readonly witnesses?: readonly NoteKey[]
  /** How many different witnesses must have cosigned. None by default. */
  readonly quorum?: number
}

/**
 * Verifies a checkpoint's signature by the log and the cosignatures of the witnesses that are known.
 *
 * @throws ERR_AUDIT_CHECKPOINT_INVALID when it is malformed, of another log, unsigned, or a signature does not verify.
 */
export const verifyCheckpoint = (
  note: string,
  { key, formerKeys = [], witnesses = [], quorum = 0 }: VerifyCheckpointOptions,
): VerifiedCheckpoint => {
  const logKeys = [key, ...formerKeys]
  if (logKeys.some(({ algorithm }) => algorithm !== ED25519_NOTE)) {
    throw refuseCheckpoint('a key of the log is for cosignatures')
  }
  if (witnesses.some(({ algorithm }) => algorithm !== ED25519_COSIGNATURE)) {
    throw refuseCheckpoint('a key of a witness is not for cosignatures')
  }
  // A cosignature does not bind its witness's name, so one key under two names would count as two.
  const keys = [...logKeys, ...witnesses]
  if (
    keys.some(({ publicKey }, index) =>
      keys.slice(0, index).some((other) => other.publicKey.equals(publicKey)),
    )
  ) {
    throw refuseCheckpoint('two of the keys it is checked against are the same')
  }
  const parsed = parseNote(note)
  const verified = verifyNote(parsed, keys)
  const checkpoint = parseText(parsed.text)
  if (!verified.some((signature) => logKeys.includes(signature.key)))
    throw refuseCheckpoint('the log did not sign it')
  if (logKeys.some(({ name }) => name !== checkpoint.origin))
    throw refuseCheckpoint('it is about another log')
  const cosigned = new Map(
    verified.flatMap(({ key: { name }, timeSeconds }) =>
      timeSeconds === null ? [] : [[name, timeSeconds] as const],
    ),
  )
  if (cosigned.size < quorum) throw refuseCheckpoint(`${cosigned.size} of ${quorum} witnesses cosigned it`)
  return { ...checkpoint, witnesses: [...cosigned].map(([name, timeSeconds]) => ({ name, timeSeconds })) }
}
