import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Settings } from '../config/settings.ts'
import { keyIdOf, keyIdOfSealed } from '../identity/secret-box.ts'
import { readKey } from '../identity/secret-key-file.ts'

const DATABASE_FILE = 'sealpost.db'

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
 * Throws an Error when the key cannot be used, and when the database cannot be read.
 */
export function lookAtSealedSecrets({ dataDir, secretKey }: Settings): SealedSecrets {
  const key = secretKey === null ? readKey(dataDir) : Buffer.from(secretKey, 'base64')
  const keyId = key === null ? null : keyIdOf(key)
  const keyIds = sealedWith(join(dataDir, DATABASE_FILE))
  return {
    keyIsThere: key !== null,
    sealed: keyIds.length,
    foreign: keyIds.filter((used) => used !== keyId).length,
  }
}

export const LOST_KEY_ADVICE =
  'Restore the key that was kept with the backup. If it is lost for good, start once with --new-key, and rotate the ' +
  'secret of each of these webhooks with overlap_seconds 0; a channel that has a URL is given that URL again.'

/** The id of the key of each sealed secret; none where no database is yet, or an empty one. */
function sealedWith(path: string): string[] {
  if (!existsSync(path)) return []
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const isMade = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'webhooks'").get() !== undefined
    if (!isMade) return []
    // A channel may have nothing to seal.
    const sealed = "SELECT sealed_secret FROM webhooks WHERE deleted_at IS NULL AND sealed_secret <> ''"
    const rows = database.prepare(sealed).all()
    return rows.map((row) => keyIdOfSealed(String(row['sealed_secret'])))
  } finally {
    database.close()
  }
}
