import {
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto'
import { isIPv4 } from 'node:net'

/**
 * X.509 certificates for tests, made on the spot: Node can sign and check certificates but not write them, and a key in
 * the repository would be a key in the repository. Just enough DER (X.690) and RFC 5280 for TLS to take them seriously.
 */
export interface Identity {
  /** PEM */
  cert: string
  /** PEM */
  key: string
}

export interface Authority extends Identity {
  issue(options: CertificateOptions): Identity
}

export interface KeyOptions {
  /** An RSA key of that many bits; without it, one of an elliptic curve. */
  rsaBits?: number
}

export interface CertificateOptions extends KeyOptions {
  /** Host names and IPv4 addresses. */
  names: readonly string[]
  /** Addresses are written as if they were host names. */
  addressesAsNames?: boolean
  notBefore?: Date
  notAfter?: Date
  /** What the signature is made with; sha256 when left out. */
  digest?: Digest
}

type Digest = 'sha256' | 'sha1'

const DAY_MS = 86_400_000

const OID = {
  commonName: '550403',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
}

/** How a signature says what it was made with, by the kind of key. */
const SIGNATURES: Readonly<Record<string, Readonly<Record<Digest, Buffer>>>> = {
  ec: { sha256: oid('2a8648ce3d040302'), sha1: oid('2a8648ce3d0401') },
  rsa: {
    sha256: Buffer.concat([oid('2a864886f70d01010b'), tagged(0x05, Buffer.alloc(0))]),
    sha1: Buffer.concat([oid('2a864886f70d010105'), tagged(0x05, Buffer.alloc(0))]),
  },
}

/** A certificate authority of one's own. */
export function createAuthority(commonName = 'Test authority', options: KeyOptions = {}): Authority {
  const keys = keyPair(options)
  const subject = name(commonName)
  const extensions = [extension(OID.basicConstraints, sequence(boolean(true)), true)]
  const cert = certificate({
    subject,
    issuer: subject,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    extensions,
  })

  return {
    cert,
    key: pemKey(keys.privateKey),
    issue: (options) => leaf(options, subject, keys.privateKey),
  }
}

/** Signed by its own key, as nobody should trust it. */
export function createSelfSigned(options: CertificateOptions): Identity {
  return leaf(options, null, null)
}

function keyPair({ rsaBits }: KeyOptions): KeyPairKeyObjectResult {
  return rsaBits === undefined
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: rsaBits })
}

function leaf(options: CertificateOptions, issuer: Buffer | null, signer: KeyObject | null): Identity {
  const keys = keyPair(options)
  const subject = name(options.names[0] ?? 'nobody')
  const names = options.names.map((entry) =>
    isIPv4(entry) && options.addressesAsNames !== true
      ? tagged(0x87, Buffer.from(entry.split('.').map(Number)))
      : tagged(0x82, Buffer.from(entry)),
  )
  return {
    key: pemKey(keys.privateKey),
    cert: certificate({
      subject,
      issuer: issuer ?? subject,
      publicKey: keys.publicKey,
      signer: signer ?? keys.privateKey,
      extensions: [extension(OID.subjectAltName, sequence(...names))],
      ...options,
    }),
  }
}

interface CertificateParts {
  subject: Buffer
  issuer: Buffer
  publicKey: KeyObject
  signer: KeyObject
  extensions: readonly Buffer[]
  notBefore?: Date
  notAfter?: Date
  digest?: Digest
}

function certificate({
  subject,
  issuer,
  publicKey,
  signer,
  extensions,
  digest = 'sha256',
  ...validity
}: CertificateParts): string {
  const algorithm = sequence(SIGNATURES[signer.asymmetricKeyType ?? '']![digest])
  const notBefore = validity.notBefore ?? new Date(Date.now() - DAY_MS)
  const notAfter = validity.notAfter ?? new Date(Date.now() + DAY_MS)
  const content = sequence(
    tagged(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    issuer,
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  )
  const der = sequence(content, algorithm, bits(sign(digest, content, signer)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function name(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(OID.commonName), tagged(0x0c, Buffer.from(commonName)))))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tagged(0x04, value))
}

function time(date: Date): Buffer {
  return tagged(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`))
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]))
}

function integer(value: Buffer): Buffer {
  return tagged(0x02, value)
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'))
}

function bits(value: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), value]))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
