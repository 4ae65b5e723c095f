import type { Check } from '../check.ts'
import { livesFor, mayLive, signedRequests } from '../signed-requests.ts'

/** 12 */
export const rotationsOverlap: Check = {
  invariant: 12,
  needs: ['requests', 'secrets'],
  run(facts, { looked, broken }) {
    const ended = (facts.history.secrets ?? []).filter((life) => life.until !== null)
    const rotated = new Set(ended.map((life) => life.webhookId))
    for (const { request, lives, signers, schemes, start, where } of signedRequests(facts)) {
      if (!rotated.has(request.webhookId)) continue
      looked()
      for (const life of lives) {
        const signed = signers.includes(life)
        if (signed && !mayLive(life, start)) broken('signed with a secret that was not in force', where)
        const wanted = schemes.includes(life.key.scheme) && livesFor(life, start)
        if (wanted && !signed) broken('not signed with each secret in force', where)
      }
    }
  },
}
