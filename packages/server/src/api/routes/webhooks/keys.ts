import { generateSecret, generateV1aKeyPair } from '@sealpost/receiver'
import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import type { SealedKeys } from '../../../core/webhook.ts'
import type { SecretService } from '../../services.ts'

export const secretField = z
  .string()
  .min(LIMITS.secretCharactersMin)
  .max(LIMITS.secretCharactersMax)
  .refine((secret) => secret.trim() !== '', 'Must not be blank.')
  .refine((secret) => !secret.includes('\0'), 'Must have no NUL character.')
  .optional()
  .describe('Your own signing secret; one is made when you leave it out.')

/** A webhook's keys before they are sealed, and where they belong. */
interface Owner {
  organizationId: number
  webhookId: string
}

/** Seals `secret`, or a new one. */
export function sealSecret(
  secrets: SecretService,
  { organizationId, webhookId }: Owner,
  secret: string = generateSecret(),
): SealedKeys['sealedSecret'] {
  return secrets.seal(organizationId, webhookId, secret)
}

/** A new pair for `v1a`, its private half sealed. */
export function makeSigningKey(
  secrets: SecretService,
  { organizationId, webhookId }: Owner,
): NonNullable<SealedKeys['signingKey']> {
  const { publicKey, privateKey } = generateV1aKeyPair()
  return { publicKey, sealedPrivateKey: secrets.seal(organizationId, webhookId, privateKey) }
}
