import { readV1aPublicKey } from '../keys/ed25519-key.ts'
import { SCHEMES, type Scheme, type SchemeName } from '../schemes/index.ts'
import { refuse, type Refused } from './result.ts'

/** Clock difference and network delay that are forgiven unless the caller says otherwise, in seconds. */
export const TOLERANCE_SECONDS_DEFAULT = 300

/** How many keys of a kind are tried, so that a mistake in a configuration cannot buy unlimited work. */
const KEYS_MAX = 16

export interface VerifyOptions {
  /** The webhook's signing secret, exactly as it was shown. */
  readonly secret?: string | undefined
  /** Several secrets, during a rotation; any may match. Absent and empty entries are left out. */
  readonly secrets?: readonly (string | undefined)[] | undefined
  /** `whpk_…`, for webhooks that sign with `v1a`. */
  readonly publicKey?: string | undefined
  readonly publicKeys?: readonly (string | undefined)[] | undefined
  /** How far `webhook-timestamp` may be from the clock, either way, in seconds; 300 by default. */
  readonly toleranceSeconds?: number | undefined
  /** The clock, in seconds since 1970-01-01 UTC. The system's by default. */
  readonly now?: (() => number) | undefined
  /** The schemes to accept; all by default. `['v1']` refuses the legacy headers, which have no replay protection. */
  readonly schemes?: readonly SchemeName[] | undefined
}

/** The keys of the caller, by the kind that a scheme asks for. */
type Keys = Readonly<Record<Scheme['keyKind'], readonly string[]>>

/** Options once checked, with their defaults. */
export interface Settings {
  readonly ok: true
  readonly keys: Keys
  readonly toleranceSeconds: number
  readonly now: () => number
  readonly schemes: readonly Scheme[]
}

/** Checks options that may come from plain JavaScript or from an environment variable that is not set. */
export function readOptions(options: VerifyOptions): Settings | Refused {
  const toleranceSeconds = options.toleranceSeconds ?? TOLERANCE_SECONDS_DEFAULT
  // Written so that NaN, which compares with nothing, is refused as well.
  if (typeof toleranceSeconds !== 'number' || !(toleranceSeconds >= 0)) {
    return refuse('invalid_options', 'toleranceSeconds must be a number of seconds, 0 or more.')
  }
  const keys = readKeys(options)
  if ('reason' in keys) return keys
  const schemes = readSchemes(options.schemes, keys)
  if ('reason' in schemes) return schemes
  return { ok: true, keys, toleranceSeconds, now: options.now ?? systemClock, schemes }
}

function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}

function readKeys(options: VerifyOptions): Keys | Refused {
  const secret = present([options.secret, ...(options.secrets ?? [])])
  const publicKey = present([options.publicKey, ...(options.publicKeys ?? [])])
  if (secret.length > KEYS_MAX || publicKey.length > KEYS_MAX) {
    return refuse('invalid_options', `At most ${KEYS_MAX} secrets and ${KEYS_MAX} public keys can be given.`)
  }
  if (publicKey.some((key) => readV1aPublicKey(key) === null)) {
    return refuse('invalid_options', 'A public key must be "whpk_" and the base64 of 32 bytes.')
  }
  return { secret, publicKey }
}

/** An unset variable reads as undefined or as ''. Neither may ever be a key: anyone could sign with an empty one. */
function present(keys: readonly unknown[]): string[] {
  return keys.filter((key): key is string => typeof key === 'string' && key.trim() !== '')
}

function readSchemes(names: readonly unknown[] | undefined, keys: Keys): readonly Scheme[] | Refused {
  const unknown = names?.filter((name) => !SCHEMES.some((scheme) => scheme.name === name)) ?? []
  if (unknown.length > 0) {
    return refuse('invalid_options', `schemes may hold ${SCHEMES.map(({ name }) => name).join(', ')} only.`)
  }
  const accepted = SCHEMES.filter((scheme) => names === undefined || names.includes(scheme.name))
  if (accepted.some((scheme) => keys[scheme.keyKind].length > 0)) return accepted
  return refuse(
    'invalid_options',
    `No key for any accepted scheme: give \`secret\` (${namesOf('secret')}) or \`publicKey\` (${namesOf('publicKey')}). ` +
      'Is the variable set?',
  )
}

/** The schemes that a key of this kind checks. */
export function namesOf(kind: Scheme['keyKind']): string {
  const names = SCHEMES.filter(({ keyKind }) => keyKind === kind).map(({ name }) => name)
  return names.join(', ')
}
