import { SECRET_PREFIX } from '../keys/secret-key.ts'

/** A secret with one usual mistake undone. */
export interface SecretVariant {
  readonly text: string
  /** Completes "The signature matches …". */
  readonly change: string
}

/** The mistakes that secrets suffer on their way through files, shells and forms, each undone. */
export function secretVariants(secret: string): SecretVariant[] {
  const trimmed = secret.trim()
  const unquoted = trimmed.replace(/^(["'])(.*)\1$/s, '$2')
  const prefixed = SECRET_PREFIX + trimmed
  const bare = trimmed.startsWith(SECRET_PREFIX) ? trimmed.slice(SECRET_PREFIX.length) : trimmed
  const variants: SecretVariant[] = [
    { text: trimmed, change: 'once the white space around the secret is taken off' },
    { text: unquoted, change: 'once the quotation marks around the secret are taken off' },
    { text: prefixed, change: `once "${SECRET_PREFIX}" is put before the secret: it was copied without it` },
    { text: bare, change: `once "${SECRET_PREFIX}" is taken off: the sender signs with the rest of it` },
  ]
  return variants.filter(({ text }, index) => {
    return text !== '' && text !== secret && variants.findIndex((other) => other.text === text) === index
  })
}
