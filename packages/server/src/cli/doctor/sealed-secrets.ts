import { LOST_KEY_ADVICE, lookAtSealedSecrets } from '../sealed-secrets.ts'
import { messageOf } from '../message-of.ts'
import { ok, wrong, type Check, type CheckResult } from './check.ts'

const NAME = 'sealed_secrets'

/** Do the signing secrets in the database open with the sealing key? */
export const checkSealedSecrets: Check = async ({ settings, survey }) => [await look(settings, survey)]

async function look(...asked: Parameters<typeof lookAtSealedSecrets>): Promise<CheckResult> {
  try {
    const { keyIsThere, sealed, foreign } = await lookAtSealedSecrets(...asked)
    if (foreign === 0) return ok(NAME, 'The signing secrets in the database match the sealing key')
    const key = keyIsThere ? 'another key than this' : 'a key that is missing'
    return wrong(NAME, `${foreign} of ${sealed} signing secrets are sealed with ${key}`, LOST_KEY_ADVICE)
  } catch (error) {
    return wrong(
      NAME,
      `The signing secrets cannot be opened: ${messageOf(error)}`,
      'Restore database and key from a backup.',
    )
  }
}
