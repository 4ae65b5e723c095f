import { readdirSync, readFileSync } from 'node:fs'
import type { RefusalReason, SchemeName, VerifyOptions, WebhookRequest } from '../src/index.ts'

/** One case of vectors/*.json; the fields are described in vectors/README.md. */
export interface Vector {
  name: string
  secrets: string[]
  public_keys?: string[]
  schemes?: SchemeName[]
  tolerance_seconds?: number
  body?: string
  body_base64?: string
  headers: Record<string, string>
  now: number
  expect: { ok: true; scheme: SchemeName } | { ok: false; reason: RefusalReason }
}

const FOLDER = new URL('../vectors/', import.meta.url)

export const VECTORS: Vector[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Vector[])

export function bodyOf(vector: Vector): Buffer {
  if (vector.body_base64 !== undefined) return Buffer.from(vector.body_base64, 'base64')
  return Buffer.from(vector.body ?? '', 'utf8')
}

export function requestOf(vector: Vector): WebhookRequest {
  return { body: bodyOf(vector), headers: vector.headers }
}

export function optionsOf(vector: Vector): VerifyOptions {
  return {
    secrets: vector.secrets,
    publicKeys: vector.public_keys,
    schemes: vector.schemes,
    toleranceSeconds: vector.tolerance_seconds,
    now: () => vector.now,
  }
}

/** Whether the vector's signature is right, whatever else is wrong with the request. */
export function isRightlySigned({ expect }: Vector): boolean {
  return expect.ok || ['malformed_body', 'timestamp_too_old', 'timestamp_too_new'].includes(expect.reason)
}

/** A vector that one secret and one legacy header settle, as the receivers of both documents see a request. */
export interface LegacyCase {
  vector: Vector
  dialect: 'validibot' | 'validgraph'
  secret: string
  signature: string
}

export function legacyCases(): LegacyCase[] {
  return VECTORS.flatMap((vector) => {
    const dialect = vector.name.startsWith('validibot: ') ? 'validibot' : 'validgraph'
    const isLegacy = /^(validibot|svs): /.test(vector.name)
    const [secret, ...moreSecrets] = vector.secrets
    const signature = Object.entries(vector.headers).find(([name]) =>
      /^x-(validibot|svs)-signature$/i.test(name),
    )
    if (
      !isLegacy ||
      secret === undefined ||
      secret === '' ||
      moreSecrets.length > 0 ||
      signature === undefined
    )
      return []
    return [{ vector, dialect, secret, signature: signature[1] }]
  })
}
