import { LOST_KEY_ADVICE, lookAtSealedSecrets } from '../sealed-secrets.ts'
import { messageOf } from '../message-of.ts'
import { ok, wrong, type Check } from './check.ts'

const NAME = 'sealed_secrets'

/** Do the signing secrets in the database open with the sealing key? */
export const checkSealedSecrets: Check = ({ settings }) => Promise.resolve([look(settings)])

function look(settings: Parameters<typeof lookAtSealedSecrets>[0]) {
  try {
    const { keyIsThere, sealed, foreign } = lookAtSealedSecrets(settings)
    if (foreign === 0) return ok(NAME, 'The signing secrets in the database fit the sealing key')
    const key = keyIsThere ? 'another key than this' : 'a key that is not there'
    return wrong(NAME, `${foreign} of ${sealed} signing secrets are sealed with ${key}`, LOST_KEY_ADVICE)
  } catch (error) {
    return wrong(
      NAME,
      `The signing secrets cannot be opened: ${messageOf(error)}`,
      'Restore database and key from a backup.',
    )
  }
}
