import type { Settings } from '../config/settings.ts'
import { keyIdOf, keyIdOfSealed } from '../identity/secret-box.ts'
import { readKey } from '../identity/secret-key-file.ts'
import type { StoreSurvey } from '../store/survey.ts'

/** How the sealing key stands to the signing secrets that the database holds. */
export interface SealedSecrets {
  /** False when the next start would make a new key. */
  keyIsThere: boolean
  /** Webhooks whose secret is sealed, and how many of them with another key than this. */
  sealed: number
  foreign: number
}

/**
 * Looks, and changes nothing. A restored database without its `secret.key` would start well and fail at every webhook.
 * Rejects when the key cannot be used, and when the database cannot be read.
 */
export async function lookAtSealedSecrets(
  { dataDir, secretKey }: Settings,
  survey: Pick<StoreSurvey, 'sealedSecrets'>,
): Promise<SealedSecrets> {
  const key = secretKey === null ? readKey(dataDir) : Buffer.from(secretKey, 'base64')
  const keyId = key === null ? null : keyIdOf(key)
  const keyIds = (await survey.sealedSecrets()).map(keyIdOfSealed)
  return {
    keyIsThere: key !== null,
    sealed: keyIds.length,
    foreign: keyIds.filter((used) => used !== keyId).length,
  }
}

export const LOST_KEY_ADVICE =
  'Restore the key that was kept with the backup. If it is lost for good, start once with --new-key. Then rotate the ' +
  'secret of each of these webhooks with overlap_seconds 0; for a channel that has a URL, set the URL again.'
