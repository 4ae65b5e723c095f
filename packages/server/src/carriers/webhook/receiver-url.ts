import { z } from 'zod'
import { LIMITS } from '../../core/limits.ts'
import type { Target } from '../target.ts'

const fields = {
  url: z
    .string()
    .max(LIMITS.urlCharactersMax)
    .describe(
      'The URL that events are sent to. It must use https and a public address, unless the operator allows others.',
    ),
}
const shown = {
  url: z
    .string()
    .describe(
      'The URL that requests go to. A key without the scope `write` sees `…` instead of credentials.',
    ),
}

/**
 * The URL of a receiver. Its owner reads the whole of it; what may be a credential in it is masked for keys that only read
 * (`api/shown-to.ts`) and in the log.
 */
export const receiverUrl: Target<typeof fields, typeof shown> = {
  fields,
  shown,
  example: { url: 'https://myapp.example.com/webhooks/validgraph' },
  validate: ({ url }, { checkUrl }) => checkUrl(url),
  urlOf: ({ url }) => url,
  show: ({ url }) => ({ url }),
  sealed: null,
}
