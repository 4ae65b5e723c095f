import { generateSecret, generateV1aKeyPair, SCHEMES, verify } from '@sealpost/receiver'
import { describe, expect, it } from 'vitest'
import { redactLine } from '../telemetry/redact.ts'
import { loggedSignature } from './logged-headers.ts'
import { RESERVED_HEADERS } from './reserved-headers.ts'
import { KEY_PAIR_NAMES, LEGACY_SCHEMES, needsKeyPair, STANDARD_NAMES } from './schemes.ts'

const BODY = Buffer.from('{"type":"order.paid"}')
const SECONDS = 1_774_189_800
const secret = generateSecret()
const pair = generateV1aKeyPair()

describe.each(SCHEMES)('the scheme $name', (scheme) => {
  const key = scheme.keyKind === 'secret' ? secret : pair.privateKey
  const signature = scheme.createSigner(key)('evt_1', SECONDS, BODY)

  it('signs what the receiver package takes', () => {
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(SECONDS),
      [scheme.header]: signature,
    }
    const options = {
      secret,
      publicKey: pair.publicKey,
      schemes: [scheme.name],
      now: () => SECONDS,
    }
    expect(verify({ body: BODY, headers }, options)).toMatchObject({ ok: true, scheme: scheme.name })
    expect(verify({ body: `${BODY.toString()} `, headers }, options).ok).toBe(false)
  })

  it('comes into no log', () => {
    // All of it behind the prefix that names the scheme.
    const proof = signature.slice(signature.search(/[=,]/) + 1)
    for (const line of [
      loggedSignature(signature),
      redactLine(JSON.stringify({ message: `the signature ${signature} is wrong` })),
      redactLine(JSON.stringify({ headers: { [scheme.header]: [signature] } })),
      redactLine(JSON.stringify({ headers: { [scheme.header.toLowerCase()]: `x ${proof}` } })),
    ]) {
      expect(line).not.toContain(proof)
    }
  })

  it('has a header that no static one replaces', () => {
    expect(RESERVED_HEADERS.has(scheme.header.toLowerCase())).toBe(true)
  })

  it('signs because a webhook asks for it, or because of an event’s dialect', () => {
    const isChosen = (STANDARD_NAMES as readonly string[]).includes(scheme.name)
    const dialects = Object.values(LEGACY_SCHEMES).filter((schemes) => schemes.includes(scheme))
    expect(isChosen ? 1 : dialects.length).toBeGreaterThan(0)
    expect(isChosen && dialects.length > 0).toBe(false)
  })

  it('says how it signs', () => {
    expect(scheme.summary).toMatch(/\w+ \w+/)
  })

  it('does not sign with an empty key', () => {
    expect(() => scheme.createSigner('')).toThrow(TypeError)
  })
})

it('a key pair is made for the schemes that sign with one', () => {
  for (const { name, keyKind } of SCHEMES) {
    if (!(STANDARD_NAMES as readonly string[]).includes(name)) continue
    expect(needsKeyPair([name])).toBe(keyKind === 'publicKey')
    expect(KEY_PAIR_NAMES.includes(`\`${name}\``)).toBe(keyKind === 'publicKey')
  }
})
