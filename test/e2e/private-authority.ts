import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

// X.509 certificates by RFC 5280, as far as a test of TLS needs them: DER by hand, because Node reads certificates and
// makes none.

const der = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...contents: Uint8Array[]): Buffer => der(0x30, ...contents)
const octets = (content: Uint8Array): Buffer => der(0x04, content)
const explicit = (number: number, content: Uint8Array): Buffer => der(0xa0 | number, content)
const integer = (bytes: Uint8Array): Buffer => der(0x02, bytes)
const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))

const oids = {
  commonName: '550403',
  ecdsaWithSha256: '2a8648ce3d040302',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
} as const
const oid = (name: keyof typeof oids): Buffer => der(0x06, Buffer.from(oids[name], 'hex'))

const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(oid('commonName'), der(0x0c, Buffer.from(commonName)))))

const extension = (name: keyof typeof oids, value: Uint8Array): Buffer => sequence(oid(name), octets(value))

const HOUR_MS = 3_600_000

const issue = (options: {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signWith: KeyObject
  readonly extensions: readonly Buffer[]
  readonly expiresAt?: Date
}): string => {
  const algorithm = sequence(oid('ecdsaWithSha256'))
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)])
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    nameOf(options.issuer),
    sequence(
      time(new Date(Date.now() - 2 * HOUR_MS)),
      time(options.expiresAt ?? new Date(Date.now() + HOUR_MS)),
    ),
    nameOf(options.subject),
    options.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...options.extensions)),
  )
  const signature = sign('sha256', body, options.signWith)
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

export interface PrivateAuthority {
  /** Its own certificate, in PEM. */
  readonly certificate: string
  /** A key and certificate for a server on these names, or on the loopback address. */
  issueFor(names?: { readonly dns?: string; readonly expiresAt?: Date }): {
    readonly key: string
    readonly cert: string
  }
}

/** A certificate authority that nobody else knows. */
export const createPrivateAuthority = (name: string): PrivateAuthority => {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    certificate: issue({
      subject: name,
      issuer: name,
      publicKey: own.publicKey,
      signWith: own.privateKey,
      extensions: [extension('basicConstraints', sequence(der(0x01, Buffer.from([0xff]))))],
    }),
    issueFor: ({ dns, expiresAt } = {}) => {
      const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const altName = dns === undefined ? der(0x87, Buffer.from([127, 0, 0, 1])) : der(0x82, Buffer.from(dns))
      return {
        key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: issue({
          subject: 'broker',
          issuer: name,
          publicKey: server.publicKey,
          signWith: own.privateKey,
          extensions: [extension('subjectAltName', sequence(altName))],
          ...(expiresAt === undefined ? {} : { expiresAt }),
        }),
      }
    },
  }
}
