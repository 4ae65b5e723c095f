import { generateV1aKeyPair } from '@sealpost/receiver'
import type { SealedKeys, Webhook } from '../../src/core/webhook.ts'
import { createSecretBox } from '../../src/identity/secret-box.ts'
import type { Dice } from './dice.ts'

/** Makes signing secrets and seals them, with the real box. */
export interface Vault {
  /** New keys of a webhook, sealed; a key pair too when `v1a` is asked for. */
  makeKeys(webhook: Owner, signatures: readonly string[]): SealedKeys
  open(webhook: Owner, sealed: string): string
}

type Owner = Pick<Webhook, 'organizationId' | 'id'>

export function createVault(dice: Dice): Vault {
  const box = createSecretBox(dice.bytes(32))
  const contextOf = ({ organizationId, id: webhookId }: Owner) => ({ organizationId, webhookId })

  // Callers may bring secrets of their own, which are keyed another way.
  function makeSecret(): string {
    if (dice.chance(0.8)) return `whsec_${dice.bytes(32).toString('base64')}`
    return `brought by its owner ${dice.bytes(8).toString('hex')}`
  }

  return {
    makeKeys(webhook, signatures) {
      const { publicKey, privateKey } = generateV1aKeyPair()
      const signingKey = { publicKey, sealedPrivateKey: box.seal(contextOf(webhook), privateKey) }
      return {
        sealedSecret: box.seal(contextOf(webhook), makeSecret()),
        signingKey: signatures.includes('v1a') ? signingKey : null,
      }
    },
    open: (webhook, sealed) => box.open(contextOf(webhook), sealed),
  }
}
