import { type KeyObject, sign, verify } from 'node:crypto'
import { SnowfenceError } from '@snowfence/core'
import { ED25519_COSIGNATURE, ED25519_NOTE, type NoteKey } from './note-key.ts'

/** One signature line. Nothing has been verified at this point. */
export interface NoteSignature {
  readonly name: string
  readonly keyId: string
  /** What follows the key id. */
  readonly signature: Uint8Array
}

/** A text and the signature lines below it (C2SP signed-note). Nothing has been verified at this point. */
export interface SignedNote {
  /** Ends in a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const MAX_NOTE_LENGTH = 64 * 1024
const TIMESTAMP_LENGTH = 8
const SIGNATURE_LENGTH = 64
const KEY_ID_LENGTH = 4
// biome-ignore lint/suspicious/noControlCharactersInRegex: the form forbids exactly these
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/
const SIGNATURE_LINE = /^— ([^\s+\p{Cc}]+) ([A-Za-z0-9+/]+={0,2})$/u

const refuseNote = (problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_CHECKPOINT_INVALID', { message: `the note is not valid: ${problem}` })

const parseSignature = (line: string): NoteSignature => {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? []
  if (name === undefined || encoded === undefined) throw refuseNote('a signature line is malformed')
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length <= KEY_ID_LENGTH || bytes.toString('base64') !== encoded) {
    throw refuseNote('a signature is not base64 of a key id and a signature')
  }
  return {
    name,
    keyId: bytes.subarray(0, KEY_ID_LENGTH).toString('hex'),
    signature: bytes.subarray(KEY_ID_LENGTH),
  }
}

/**
 * Takes a note apart. Nothing has been verified at this point.
 *
 * @throws ERR_AUDIT_CHECKPOINT_INVALID
 */
export const parseNote = (note: string): SignedNote => {
  if (note.length > MAX_NOTE_LENGTH) throw refuseNote('it is too long')
  if (CONTROL.test(note)) throw refuseNote('it holds control characters')
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n'))
    throw refuseNote('text and signatures are not set apart by an empty line')
  const signatures = note
    .slice(split + 2, -1)
    .split('\n')
    .map(parseSignature)
  return { text: note.slice(0, split + 1), signatures }
}

export const formatNote = ({ text, signatures }: SignedNote): string => {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const bytes = Buffer.concat([Buffer.from(keyId, 'hex'), signature])
    return `— ${name} ${bytes.toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

// C2SP tlog-cosignature: two lines in front of the text keep a cosignature from passing for a log's own signature.
const cosignedMessage = (text: string, timestamp: bigint): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${timestamp}\n${text}`)

/** Signs a note's text as the log does. */
export const signNote = (text: string, key: NoteKey, privateKey: KeyObject): NoteSignature => {
  if (key.algorithm !== ED25519_NOTE) throw refuseNote('the key is for cosignatures')
  return { name: key.name, keyId: key.id, signature: sign(null, Buffer.from(text), privateKey) }
}

/** Signs a checkpoint as a witness does that has seen it at `timeSeconds` since 1970. */
export const cosignNote = (
  text: string,
  key: NoteKey,
  privateKey: KeyObject,
  timeSeconds: number,
): NoteSignature => {
  if (key.algorithm !== ED25519_COSIGNATURE) throw refuseNote('the key is not for cosignatures')
  const timestamp = BigInt(timeSeconds)
  const prefix = Buffer.alloc(TIMESTAMP_LENGTH)
  prefix.writeBigUInt64BE(timestamp)
  const signature = Buffer.concat([prefix, sign(null, cosignedMessage(text, timestamp), privateKey)])
  return { name: key.name, keyId: key.id, signature }
}

/** A signature that was verified; `timeSeconds` is null unless a witness gave it. */
export interface VerifiedSignature {
  readonly key: NoteKey
  readonly timeSeconds: number | null
}

const verifySignature = (
  text: string,
  { signature }: NoteSignature,
  key: NoteKey,
): VerifiedSignature | null => {
  if (key.algorithm === ED25519_NOTE) {
    const isValid =
      signature.length === SIGNATURE_LENGTH && verify(null, Buffer.from(text), key.publicKey, signature)
    return isValid ? { key, timeSeconds: null } : null
  }
  if (signature.length !== TIMESTAMP_LENGTH + SIGNATURE_LENGTH) return null
  const timestamp = Buffer.from(signature).readBigUInt64BE()
  const message = cosignedMessage(text, timestamp)
  if (!verify(null, message, key.publicKey, signature.subarray(TIMESTAMP_LENGTH))) return null
  return { key, timeSeconds: Number(timestamp) }
}

/**
 * The signatures of known keys, all of them verified. Lines of unknown keys are passed over.
 *
 * @throws ERR_AUDIT_CHECKPOINT_INVALID when a line claims a known key and does not verify.
 */
export const verifyNote = (note: SignedNote, keys: readonly NoteKey[]): VerifiedSignature[] =>
  note.signatures.flatMap((line) => {
    const key = keys.find(({ name, id }) => name === line.name && id === line.keyId)
    if (key === undefined) return []
    const verified = verifySignature(note.text, line, key)
    if (verified === null) throw refuseNote(`the signature of \`${key.name}\` does not verify`)
    return [verified]
  })
