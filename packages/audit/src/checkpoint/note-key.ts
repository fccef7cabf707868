import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { SnowfenceError } from '@snowfence/core'

/** C2SP signature types: `0x01` signs a note's text, `0x04` is a witness's timestamped cosignature. */
export const ED25519_NOTE = 0x01
export const ED25519_COSIGNATURE = 0x04
export type NoteAlgorithm = typeof ED25519_NOTE | typeof ED25519_COSIGNATURE

/** A public key by which a signature line of a note is found and checked (C2SP: verifier key, "vkey"). */
export interface NoteKey {
  readonly name: string
  /** Eight hex digits: a hint that finds the key, not a proof. */
  readonly id: string
  readonly algorithm: NoteAlgorithm
  readonly publicKey: KeyObject
}

const PUBLIC_KEY_LENGTH = 32
// Unicode spaces and `+` would make a signature line ambiguous (C2SP signed-note).
const NAME = /^[^\s+\p{Cc}]+$/u

const refuseKey = (problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_CHECKPOINT_INVALID', { message: `the note key is not valid: ${problem}` })

const rawPublicKey = (key: KeyObject): Buffer => {
  if (key.asymmetricKeyType !== 'ed25519') throw refuseKey('it is not an Ed25519 key')
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

const keyId = (name: string, material: Uint8Array): string =>
  createHash('sha256').update(`${name}\n`).update(material).digest('hex').slice(0, 8)

/**
 * Names a public key for notes.
 *
 * @param name the log's or witness's name, best a URL without its scheme, such as `broker.internal/audit`.
 * @throws ERR_AUDIT_CHECKPOINT_INVALID for a name with white space or `+`, or another kind of key.
 */
export const createNoteKey = (
  name: string,
  key: KeyObject,
  algorithm: NoteAlgorithm = ED25519_NOTE,
): NoteKey => {
  if (!NAME.test(name)) throw refuseKey('its name is empty or holds white space or `+`')
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const material = Buffer.concat([Uint8Array.of(algorithm), rawPublicKey(publicKey)])
  return { name, id: keyId(name, material), algorithm, publicKey }
}

/** Writes a key as `name+id+base64`, the form that people copy. */
export const formatNoteKey = ({ name, id, algorithm, publicKey }: NoteKey): string =>
  `${name}+${id}+${Buffer.concat([Uint8Array.of(algorithm), rawPublicKey(publicKey)]).toString('base64')}`

/**
 * Reads a key from its form `name+id+base64`.
 *
 * @throws ERR_AUDIT_CHECKPOINT_INVALID when it is not one, or its id is not that of its name and key.
 */
export const parseNoteKey = (text: string): NoteKey => {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? []
  if (name === undefined || id === undefined || encoded === undefined)
    throw refuseKey('it is not name+id+base64')
  const material = Buffer.from(encoded, 'base64')
  const algorithm = material[0]
  if (material.length !== 1 + PUBLIC_KEY_LENGTH) throw refuseKey('it does not hold 32 bytes')
  if (algorithm !== ED25519_NOTE && algorithm !== ED25519_COSIGNATURE)
    throw refuseKey('its algorithm is not known')
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: material.subarray(1).toString('base64url') },
    format: 'jwk',
  })
  const key = createNoteKey(name, publicKey, algorithm)
  if (key.id !== id) throw refuseKey('its id does not fit its name and key')
  return key
}
