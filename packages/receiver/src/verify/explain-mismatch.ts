import type { HeaderReader } from '../headers/read-headers.ts'
import type { SignedContent } from '../schemes/scheme.ts'
import { matches, type Claim } from './claims.ts'
import { reserializations } from './reserializations.ts'
import { refuse, type Refused } from './result.ts'
import { secretVariants } from './secret-variants.ts'

/** Longer bodies are refused without trying what may have happened to them: forged requests must stay cheap. */
export const EXPLAIN_BODY_BYTES_MAX = 32 * 1024

/** A refused request, with all that may tell why it was. */
export interface Mismatch {
  readonly deciding: readonly Claim[]
  readonly others: readonly Claim[]
  readonly content: SignedContent
  readonly headers: HeaderReader
}

/**
 * Finds out why no signature matched. Whoever asks has most often the wrong secret, next most often a body that was
 * parsed and written anew; both are tried by undoing the usual mistakes, and whatever then matches is the proof.
 * Nothing found here makes a request acceptable.
 */
export function explainMismatch(mismatch: Mismatch): Refused {
  const { byteLength } = mismatch.content.body
  const tries = byteLength <= EXPLAIN_BODY_BYTES_MAX ? [trySecrets, tryBodies, tryOthers] : [tryOthers]
  for (const attempt of [...tries, tryLength]) {
    const refused = attempt(mismatch)
    if (refused !== null) return refused
  }
  return refuse('wrong_secret_or_body_changed', likelierCause(mismatch))
}

function trySecrets({ deciding, content }: Mismatch): Refused | null {
  for (const claim of deciding) {
    if (claim.scheme.keyKind !== 'secret') continue
    for (const secret of claim.keys) {
      const variant = secretVariants(secret).find(({ text }) => matches(claim, content, [text]))
      if (variant !== undefined) return refuse('wrong_secret', `The signature matches ${variant.change}.`)
    }
  }
  return null
}

function tryBodies({ deciding, content }: Mismatch): Refused | null {
  for (const { body, change } of reserializations(content.body)) {
    if (deciding.some((claim) => matches(claim, { ...content, body }))) {
      return refuse(
        'body_reserialized',
        `The signature matches ${change}: verify the bytes as they came, before any parser.`,
      )
    }
  }
  return null
}

/** Another signature of the same request may prove secret and body right; then the fault is in what else is signed. */
function tryOthers({ deciding, others, content }: Mismatch): Refused | null {
  const proof = others.find((claim) => matches(claim, content))
  if (proof === undefined) return null
  if (deciding.some(({ scheme }) => scheme.signsDelivery)) {
    return refuse(
      'id_or_timestamp_changed',
      `Secret and body are right, as ${proof.scheme.header} proves, but webhook-signature does not match: ` +
        'webhook-id or webhook-timestamp is not the one that was signed. Perhaps a replay.',
    )
  }
  return refuse(
    'wrong_secret',
    `The body is right, as ${proof.scheme.header} proves, but the legacy header was made with another secret. ` +
      'During a rotation it stays on the old one: give both in `secrets`, or accept v1.',
  )
}

function tryLength({ content, headers }: Mismatch): Refused | null {
  const announced = headers('content-length')?.trim() ?? ''
  if (!/^\d{1,15}$/.test(announced) || Number(announced) === content.body.byteLength) return null
  return refuse(
    'body_changed',
    `The body has ${content.body.byteLength} bytes where content-length announced ${announced}: ` +
      'it was parsed, decoded, decompressed or cut before it got here.',
  )
}

function likelierCause({ content, headers }: Mismatch): string {
  if (!looksLikeJson(content.body)) {
    return 'The body does not begin like a JSON object, so it may not be the raw body; if it is, the secret is wrong.'
  }
  const intact = headers('content-length') === null ? '' : ' The body has its announced length.'
  return (
    `Most likely the secret is wrong: take it from this very webhook, whole, and mind its environment.${intact} ` +
    'Else the body was changed on its way: verify the raw bytes.'
  )
}

function looksLikeJson(body: Uint8Array): boolean {
  return body[0] === 0x7b
}
