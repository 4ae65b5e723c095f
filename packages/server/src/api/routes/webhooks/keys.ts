import { generateSecret, generateV1aKeyPair } from '@sealpost/receiver'
import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import type { SealedKeys, Webhook } from '../../../core/webhook.ts'
import type { SecretService } from '../../services.ts'

export const secretField = z
  .string()
  .min(LIMITS.secretCharactersMin)
  .max(LIMITS.secretCharactersMax)
  .refine((secret) => secret.trim() !== '', 'Must not be blank.')
  .refine((secret) => !secret.includes('\0'), 'Must have no NUL character.')
  .optional()
  .describe('Your own signing secret. Leave it out, and one is made for you.')

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

/** Whether the webhook signs with `secret` already. One that does not open, its key being lost, can still be replaced. */
export function isSecretOf(
  secrets: SecretService,
  { organizationId, id, sealedSecret }: Webhook,
  secret: string,
): boolean {
  try {
    return secrets.open(organizationId, id, sealedSecret) === secret
  } catch {
    return false
  }
}

/** A new key pair to sign with, its private half sealed. */
export function makeSigningKey(
  secrets: SecretService,
  { organizationId, webhookId }: Owner,
): NonNullable<SealedKeys['signingKey']> {
  const { publicKey, privateKey } = generateV1aKeyPair()
  return { publicKey, sealedPrivateKey: secrets.seal(organizationId, webhookId, privateKey) }
}
