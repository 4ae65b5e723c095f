import { z } from 'zod'
import { SCOPES, type ApiKey } from '../../core/organization.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'

const KEY_FIELDS = {
  id: z.string().describe('`key_…`'),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  hint: z.string().describe("The key's first characters."),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable().describe('Written at most once a minute.'),
}

export const apiKeySchema = z.object(KEY_FIELDS).meta({ id: 'ApiKey' })

export const apiKeyWithKeySchema = z
  .object({ ...KEY_FIELDS, key: z.string().describe('The key itself. Shown in this answer only.') })
  .describe('The new API key.')
  .meta({ id: 'ApiKeyWithKey' })

export function apiKeyView(key: ApiKey): z.output<typeof apiKeySchema> {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    hint: key.hint,
    created_at: isoTime(key.createdAt),
    expires_at: isoTimeOrNull(key.expiresAt),
    revoked_at: isoTimeOrNull(key.revokedAt),
    last_used_at: isoTimeOrNull(key.lastUsedAt),
  }
}
