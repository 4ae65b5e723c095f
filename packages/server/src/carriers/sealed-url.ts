import { z } from 'zod'
import { LIMITS } from '../core/limits.ts'
import { blackOut, originShown } from './black-out.ts'
import type { Target } from './target.ts'

type Fields = { url: z.ZodString }

/** A URL that is itself a credential, as those of incoming webhooks are. `whose` says where people get it. */
export function sealedUrl(whose: string, example: string): Target<Fields, Fields> {
  return {
    fields: {
      url: z
        .string()
        .max(LIMITS.urlCharactersMax)
        .describe(`${whose} It is a credential: it is stored encrypted, and answers show only its origin.`),
    },
    shown: {
      url: z
        .string()
        .describe('The origin of the URL and `/…`. The whole URL is a secret and is never shown again.'),
    },
    example: { url: example },
    validate: ({ url }, { checkUrl }) => checkUrl(url),
    urlOf: ({ url }) => originShown(url),
    show: ({ url }) => ({ url }),
    sealed: { secretOf: ({ url }) => url, redact: blackOut },
  }
}
