import type { Check } from '../check.ts'
import { startOf } from '../facts.ts'
import { legacySignature } from '../keys.ts'
import { livesFor, mayLive, signedRequests, type SignedRequest } from '../signed-requests.ts'

/** 11 */
export const signaturesVerify: Check = {
  invariant: 11,
  needs: ['requests', 'secrets'],
  run(facts, { looked, broken }) {
    for (const signed of signedRequests(facts)) {
      looked()
      const { signers, schemes, start, where } = signed
      if (signers.includes(null)) broken('a signature verifies with none of its secrets', where)
      const missing = schemes.filter(
        (scheme) => !signers.some((life) => life?.key.scheme === scheme && mayLive(life, start)),
      )
      if (missing.length > 0) broken(`no ${missing.join(', ')} signature verifies`, where)
      for (const name of wrongLegacyHeaders(signed)) broken(`${name} does not verify`, where)
    }
  },
}

const LEGACY_HEADERS = ['x-validibot-signature', 'x-svs-signature']

/** One signature fits into a legacy header: that of the oldest secret in force. */
function wrongLegacyHeaders({ request, lives, start }: SignedRequest): string[] {
  const secrets = lives
    .flatMap((life) => (life.key.scheme === 'v1' && mayLive(life, start) ? [{ ...life, key: life.key }] : []))
    .sort((left, right) => left.since[0] - right.since[0])
  // Near the end of a secret's life it may or may not be the oldest still; beyond the first that surely lives none is.
  const sure = secrets.findIndex((life) => livesFor(life, start))
  const allowed = secrets
    .slice(0, sure < 0 ? undefined : sure + 1)
    .map(({ key }) => legacySignature(key.secret, request.body))
  return LEGACY_HEADERS.filter((name) => {
    const given = request.headers[name]
    return given !== undefined && !allowed.includes(given)
  })
}

/** A timestamp is the second in which the attempt started. */
const FRESH_MS = 2_000

/** 11, on the wall clock of the machine that sent it. */
export const timestampsAreFresh: Check = {
  invariant: 11,
  needs: ['requests'],
  run(facts, { looked, broken }) {
    for (const request of facts.history.requests ?? []) {
      const start = startOf(facts, request)
      if (start === null) continue
      looked()
      const stampMs = Number(request.headers['webhook-timestamp']) * 1_000
      const ageMs = facts.storeTime(start[0]) - stampMs
      if (Math.abs(ageMs) <= FRESH_MS) continue
      broken(`the timestamp is ${ageMs} ms from the start of the attempt`, {
        webhookId: request.webhookId,
        eventId: request.headers['webhook-id'] ?? '',
        at: request.at,
      })
    }
  },
}
