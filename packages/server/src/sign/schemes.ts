import { SCHEMES, WEBHOOK_SIGNATURE_HEADER, type Scheme, type SchemeName } from '@sealpost/receiver'
import type { Dialect } from '../catalogue/dialect.ts'

/**
 * The receiver package's table of signature schemes, as the server uses it: a scheme that is added there can be asked for
 * and signs here. Those whose signatures stand side by side in `webhook-signature` are a webhook's to choose; the others
 * come with an event's dialect.
 */
export type StandardScheme = Extract<Scheme, { header: typeof WEBHOOK_SIGNATURE_HEADER }>
export type StandardName = StandardScheme['name']

/** In the order in which their signatures stand in the header. */
export const STANDARD_SCHEMES: readonly StandardScheme[] = SCHEMES.filter(
  (scheme): scheme is StandardScheme => scheme.header === WEBHOOK_SIGNATURE_HEADER,
)
export const STANDARD_NAMES = STANDARD_SCHEMES.map(({ name }) => name)

/** What a webhook signs with unless its owner says otherwise. */
export const SIGNATURES_DEFAULT: readonly StandardName[] = ['v1']

/** Which events bear the signature of a legacy scheme. */
const DIALECTS: Readonly<Record<Exclude<SchemeName, StandardName>, readonly Dialect[]>> = {
  validibot: ['validibot', 'both'],
  svs: ['validgraph', 'both'],
}

function isLegacy(scheme: Scheme): scheme is Exclude<Scheme, StandardScheme> {
  return scheme.header !== WEBHOOK_SIGNATURE_HEADER
}

function legacyOf(dialect: Dialect): readonly Scheme[] {
  return SCHEMES.filter((scheme) => isLegacy(scheme) && DIALECTS[scheme.name].includes(dialect))
}

/** The legacy schemes that sign an event of each dialect. */
export const LEGACY_SCHEMES: Readonly<Record<Dialect, readonly Scheme[]>> = {
  validibot: legacyOf('validibot'),
  validgraph: legacyOf('validgraph'),
  both: legacyOf('both'),
  standard: legacyOf('standard'),
}

/** Whether one of these schemes signs with a key pair of the webhook's own. */
export function needsKeyPair(names: readonly string[]): boolean {
  return STANDARD_SCHEMES.some(({ name, keyKind }) => keyKind === 'publicKey' && names.includes(name))
}

/** The names of those, as they stand in a description. */
export const KEY_PAIR_NAMES = STANDARD_SCHEMES.filter(({ keyKind }) => keyKind === 'publicKey')
  .map(({ name }) => `\`${name}\``)
  .join(', ')
