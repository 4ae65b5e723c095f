/** Legacy signature of the run.* events, spelled as its own documentation spells it. HTTP compares names without case. */
export const VALIDIBOT_SIGNATURE_HEADER = 'X-Validibot-Signature'

/** Legacy signature of the validation.*, score.*, schema.* and alert.* events. */
export const SVS_SIGNATURE_HEADER = 'X-SVS-Signature'

/** Standard Webhooks: identifies the event; the same on every retry, so a receiver can tell a repeat by it. */
export const WEBHOOK_ID_HEADER = 'webhook-id'

/** Standard Webhooks: when this attempt was made, in whole seconds since 1970-01-01 UTC. */
export const WEBHOOK_TIMESTAMP_HEADER = 'webhook-timestamp'

/** Standard Webhooks: one or more signatures, `<version>,<base64>`, separated by spaces. */
export const WEBHOOK_SIGNATURE_HEADER = 'webhook-signature'
