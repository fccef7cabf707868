import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { isSnowfenceError } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { hashLeaf } from '../tree/hash.ts'
import { cosignCheckpoint, parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { createNoteKey, ED25519_COSIGNATURE, formatNoteKey, parseNoteKey } from './note-key.ts'

const LOG = 'broker.example/audit'
const { privateKey } = generateKeyPairSync('ed25519')
const { privateKey: otherKey } = generateKeyPairSync('ed25519')
const { privateKey: witnessKey } = generateKeyPairSync('ed25519')
const key = createNoteKey(LOG, privateKey)
const witness = createNoteKey('witness.example', witnessKey, ED25519_COSIGNATURE)
const head = { size: 42, root: hashLeaf('root') }
const issuedAt = new Date('2026-01-02T03:04:05.678Z')
const note = signCheckpoint(head, LOG, privateKey, issuedAt)

const isRefused = (run: () => unknown): boolean => {
  try {
    run()
    return false
  } catch (error) {
    if (isSnowfenceError(error, 'ERR_AUDIT_CHECKPOINT_INVALID')) return true
    throw error
  }
}

describe('a checkpoint', () => {
  it('is a signed note: origin, size, root, time, an empty line, the signature', () => {
    const [origin, size, root, time, empty, signature, end] = note.split('\n')
    expect([origin, size, time, empty, end]).toEqual([LOG, '42', 'issued 2026-01-02T03:04:05.678Z', '', ''])
    expect(root).toBe(Buffer.from(head.root).toString('base64'))
    expect(signature).toMatch(/^— broker\.example\/audit [A-Za-z0-9+/]+=*$/)
  })

  it('says after verification what was signed', () => {
    expect(verifyCheckpoint(note, { key })).toEqual({
      origin: LOG,
      size: 42,
      root: Buffer.from(head.root),
      issuedAt: '2026-01-02T03:04:05.678Z',
      witnesses: [],
    })
  })

  it('is refused when a byte of its text or signature is another', () => {
    const characters = [...note]
    for (const [position, character] of characters.entries()) {
      const changed = [...characters]
      changed[position] = character === 'A' ? 'B' : 'A'
      expect(isRefused(() => verifyCheckpoint(changed.join(''), { key }))).toBe(true)
    }
  })

  it('is refused when another key signed it, or a key of another name', () => {
    expect(isRefused(() => verifyCheckpoint(signCheckpoint(head, LOG, otherKey, issuedAt), { key }))).toBe(
      true,
    )
    const foreign = signCheckpoint(head, 'other.example/audit', privateKey, issuedAt)
    expect(isRefused(() => verifyCheckpoint(foreign, { key }))).toBe(true)
  })

  it('is refused when it is about another log than the one that signed it', () => {
    const text = note.slice(0, note.indexOf('\n\n') + 1).replace(LOG, 'other.example/audit')
    const bytes = Buffer.concat([Buffer.from(key.id, 'hex'), sign(null, Buffer.from(text), privateKey)])
    const forged = `${text}\n— ${LOG} ${bytes.toString('base64')}\n`
    expect(isRefused(() => verifyCheckpoint(forged, { key }))).toBe(true)
  })

  it.each([
    ['without a signature', note.slice(0, note.indexOf('\n\n') + 1)],
    ['without its last newline', note.slice(0, -1)],
    ['with a carriage return', note.replaceAll('\n', '\r\n')],
    ['with a size that begins with 0', note.replace('\n42\n', '\n042\n')],
    ['with nothing in it', ''],
  ])('is refused %s', (_, changed) => {
    expect(isRefused(() => parseCheckpoint(changed))).toBe(true)
  })

  it('can be of an empty tree, so that silence is signed too', () => {
    const silent = signCheckpoint({ size: 0, root: hashLeaf('') }, LOG, privateKey, issuedAt)
    expect(verifyCheckpoint(silent, { key }).size).toBe(0)
  })
})

describe('a log that changed its key', () => {
  const options = { key: createNoteKey(LOG, otherKey), formerKeys: [key] }

  it('is verified by the key of then and by the key of now', () => {
    expect(verifyCheckpoint(note, options).size).toBe(42)
    expect(verifyCheckpoint(signCheckpoint(head, LOG, otherKey, issuedAt), options).size).toBe(42)
  })

  it('is not verified by a former key of another log', () => {
    const foreign = createNoteKey('other.example/audit', privateKey)
    const signed = signCheckpoint(head, 'other.example/audit', privateKey, issuedAt)
    expect(isRefused(() => verifyCheckpoint(signed, { key: options.key, formerKeys: [foreign] }))).toBe(true)
  })
})

describe('a witness', () => {
  const cosigned = cosignCheckpoint(note, 'witness.example', witnessKey, new Date('2026-01-02T03:05:00.999Z'))

  it('vouches with the time at which it saw the checkpoint', () => {
    expect(verifyCheckpoint(cosigned, { key, witnesses: [witness], quorum: 1 }).witnesses).toEqual([
      { name: 'witness.example', timeSeconds: Date.parse('2026-01-02T03:05:00Z') / 1000 },
    ])
  })

  it('that is not known is passed over', () => {
    expect(verifyCheckpoint(cosigned, { key }).witnesses).toEqual([])
  })

  it('counts once, however often it signs', () => {
    const twice = cosignCheckpoint(cosigned, 'witness.example', witnessKey, new Date('2026-01-02T03:06:00Z'))
    expect(isRefused(() => verifyCheckpoint(twice, { key, witnesses: [witness], quorum: 2 }))).toBe(true)
  })

  it('counts once under two names, since the cosignature does not name it', () => {
    const alias = createNoteKey('alias.example', witnessKey, ED25519_COSIGNATURE)
    const twice = cosignCheckpoint(cosigned, 'alias.example', witnessKey, new Date('2026-01-02T03:06:00Z'))
    expect(isRefused(() => verifyCheckpoint(twice, { key, witnesses: [witness, alias], quorum: 2 }))).toBe(
      true,
    )
  })

  it('whose time was changed makes the whole note invalid', () => {
    const line = cosigned.split('\n').at(-2)!
    const bytes = Buffer.from(line.split(' ').at(-1)!, 'base64')
    bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11)
    const forged = cosigned.replace(line.split(' ').at(-1)!, bytes.toString('base64'))
    expect(isRefused(() => verifyCheckpoint(forged, { key, witnesses: [witness] }))).toBe(true)
  })

  it('does not stand in for the log', () => {
    const lines = cosigned.split('\n')
    const withoutLog = lines.filter((line) => !line.startsWith(`— ${LOG}`)).join('\n')
    expect(isRefused(() => verifyCheckpoint(withoutLog, { key, witnesses: [witness] }))).toBe(true)
    expect(isRefused(() => verifyCheckpoint(cosigned, { key: witness }))).toBe(true)
  })
})

describe('a key in its written form', () => {
  it('is read as it was written', () => {
    const text = formatNoteKey(key)
    expect(formatNoteKey(parseNoteKey(text))).toBe(text)
    expect(verifyCheckpoint(note, { key: parseNoteKey(text) }).size).toBe(42)
  })

  it('has the id that others compute: the example key of Go’s note package', () => {
    const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
    expect(parseNoteKey(published)).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3' })
  })

  it.each([
    ['of another name', formatNoteKey(key).replace('broker', 'proker')],
    ['without its id', `${LOG}++abc`],
    ['with a name with a space', formatNoteKey(key).replace('broker', 'bro ker')],
    ['of an unknown algorithm', `${LOG}+00000000+${Buffer.alloc(33, 9).toString('base64')}`],
    ['that is too short', `${LOG}+00000000+${Buffer.from([1, 2, 3]).toString('base64')}`],
  ])('is refused %s', (_, text) => {
    expect(isRefused(() => parseNoteKey(text))).toBe(true)
  })

  it('is never of another kind than Ed25519', () => {
    const { privateKey: elliptic } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(isRefused(() => createNoteKey(LOG, elliptic))).toBe(true)
    expect(
      isRefused(() =>
        createNoteKey('a name', createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))),
      ),
    ).toBe(true)
  })
})
