import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const FORMAT = 'v1'

/** Encrypts what the database must not hold in clear: AES-256-GCM under keys derived from the broker's root key. */
export interface Sealer {
  /** @param context what the text is and belongs to; it must be the same when it is opened. */
  seal(text: string, context: string): string
  /** @throws Error when the text was sealed with another key, for another context, or was changed. */
  open(sealed: string, context: string): string
  /** Bytes for another use, bound to its name. */
  deriveKey(name: string): Uint8Array
}

export const createSealer = (rootKey: Uint8Array): Sealer => {
  const deriveKey = (name: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', rootKey, 'snowfence broker', name, 32))
  const sealingKey = createSecretKey(deriveKey('seal'))
  return {
    deriveKey,
    seal(text, context) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv(ALGORITHM, sealingKey, nonce).setAAD(Buffer.from(context))
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return [FORMAT, nonce, cipher.getAuthTag(), encrypted]
        .map((part) => (typeof part === 'string' ? part : part.toString('base64url')))
        .join('.')
    },
    open(sealed, context) {
      const [format, nonce, tag, encrypted] = sealed.split('.')
      if (format !== FORMAT || nonce === undefined || tag === undefined || encrypted === undefined) {
        throw new Error('the sealed text is not in a known format')
      }
      const decipher = createDecipheriv(ALGORITHM, sealingKey, Buffer.from(nonce, 'base64url'), {
        authTagLength: 16,
      })
        .setAAD(Buffer.from(context))
        .setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(encrypted, 'base64url')), decipher.final()]).toString(
        'utf8',
      )
    },
  }
}
