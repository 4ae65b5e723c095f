import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'

/** Shorter ones would be found by chance. */
const SECRET_CHARACTERS_MIN = 8

/** 18 */
export const noSecretIsWrittenDown: Check = {
  invariant: 18,
  needs: ['texts', 'secrets', 'rows'],
  run(facts, { looked, broken }) {
    const secrets = secretsOf(facts)
    for (const [where, text] of writtenTexts(facts)) {
      looked()
      const found = secrets.find((secret) => text.includes(secret))
      if (found !== undefined) broken(`the secret ${found.slice(0, 9)}… stands in ${where}`, {})
    }
  },
}

function secretsOf({ history }: Facts): string[] {
  const signing = (history.secrets ?? []).flatMap(({ key }) =>
    key.scheme === 'v1' ? [key.secret.replace(/^whsec_/, '')] : [],
  )
  const all = new Set([...signing, ...(history.otherSecrets ?? [])])
  return [...all].filter((secret) => secret.length >= SECRET_CHARACTERS_MIN)
}

function* writtenTexts(facts: Facts): Generator<[where: string, text: string]> {
  for (const [where, texts] of Map.groupBy(facts.history.texts ?? [], (text) => text.where)) {
    yield [where, texts.map(({ text }) => text).join('\n')]
  }
  // A webhook's static headers are its owner's to read back; everything else of its row is in the clear for a backup.
  for (const { headers: _shown, ...webhook } of facts.rows.webhooks) {
    yield [`the row of ${webhook.id}`, JSON.stringify(webhook)]
  }
  for (const { deliveryId, number, requestHeaders, responseHeaders, error } of facts.rows.attempts) {
    yield [`attempt ${number} of ${deliveryId}`, JSON.stringify([requestHeaders, responseHeaders, error])]
  }
}
