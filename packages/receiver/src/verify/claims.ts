import type { HeaderReader } from '../headers/read-headers.ts'
import { SCHEMES, type Scheme } from '../schemes/index.ts'
import type { SignedContent } from '../schemes/scheme.ts'
import { namesOf, type Settings } from './options.ts'
import { refuse, type Refused } from './result.ts'

/** A scheme that the request bears signatures of, with the keys that could check them. */
export interface Claim {
  readonly scheme: Scheme
  readonly signatures: readonly string[]
  readonly keys: readonly string[]
}

/** The claims that decide, and those that can only help to explain a refusal. */
export interface Claims {
  readonly ok: true
  readonly deciding: readonly Claim[]
  readonly others: readonly Claim[]
}

/**
 * Which signatures decide. Standard Webhooks goes first, because it signs id and time and so covers replays: while the
 * request has such a signature that the options can check, a legacy header neither helps nor harms. A legacy header
 * decides where there is none, or where `schemes` leaves nothing else.
 */
export function chooseClaims(headers: HeaderReader, settings: Settings): Claims | Refused {
  const found = findClaims(headers, settings)
  const usable = found.filter(({ scheme, keys }) => settings.schemes.includes(scheme) && keys.length > 0)
  const standard = usable.filter(({ scheme }) => scheme.signsDelivery)
  const deciding = standard.length > 0 ? standard : usable
  if (deciding.length === 0) return refuseUnclaimed(headers, settings, found)
  return { ok: true, deciding, others: found.filter((claim) => !deciding.includes(claim)) }
}

/** Whether any of a claim's signatures is right under any of its keys, or of those given instead. */
export function matches(claim: Claim, content: SignedContent, keys: readonly string[] = claim.keys): boolean {
  const { scheme } = claim
  const signatures = claim.signatures.map(scheme.decodeSignature).filter((bytes) => bytes !== null)
  if (signatures.length === 0) return false
  return keys.some((key) => scheme.verifySignatures(key, content, signatures))
}

function findClaims(headers: HeaderReader, settings: Settings): Claim[] {
  const claims: Claim[] = []
  for (const scheme of SCHEMES) {
    const value = headers(scheme.header.toLowerCase())
    const signatures = value === null ? [] : scheme.findSignatures(value)
    if (signatures.length > 0) claims.push({ scheme, signatures, keys: settings.keys[scheme.keyKind] })
  }
  return claims
}

function refuseUnclaimed(headers: HeaderReader, settings: Settings, found: readonly Claim[]): Refused {
  if (found.length > 0) {
    const names = found.map(({ scheme }) => scheme.name).join(', ')
    return refuse(
      'scheme_not_accepted',
      `The request is signed with ${names} only, which \`schemes\` leaves out or for which there is no key ` +
        `(${namesOf('publicKey')} needs \`publicKey\`, the others \`secret\`).`,
    )
  }
  const wanted = [...new Set(settings.schemes.map(({ header }) => header))]
  const present = wanted.filter((header) => headers(header.toLowerCase()) !== null)
  if (present.length > 0) {
    return refuse('malformed_signature', `${present.join(', ')} holds no signature of a known version.`)
  }
  return refuse(
    'no_signature',
    `None of ${wanted.join(', ')} is there. Does a proxy drop it, or is the sender another one?`,
  )
}
