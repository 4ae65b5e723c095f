import { z } from 'zod'
import { fieldProblem } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import { addressesOf, isMailAddress, mailtoUrl } from '../../core/mail.ts'
import type { Target } from '../target.ts'

const fields = {
  recipients: z
    .array(
      z.string().refine(isMailAddress, 'Must be one e-mail address in ASCII, such as oncall@example.com.'),
    )
    .min(1)
    .max(LIMITS.mailRecipientsMax)
    .describe('E-mail addresses. Each recipient sees the others. Repeated addresses count once.'),
}
const shown = { recipients: z.array(z.string()) }

/** The people who get a mail. Their addresses are no secret to those who may read the channel. */
export const recipients: Target<typeof fields, typeof shown> = {
  fields,
  shown,
  example: { recipients: ['oncall@example.com'] },
  validate(_given, { mailSettingsMissing: missing }) {
    if (missing.length === 0) return
    throw fieldProblem(
      'invalid_request',
      'carrier',
      `E-mail needs the ${missing.length === 1 ? 'setting' : 'settings'} ${missing.join(' and ')}, which an operator sets for the server.`,
    )
  },
  urlOf: (given) => mailtoUrl([...new Set(given.recipients)]),
  show: ({ url }) => ({ recipients: addressesOf(url) }),
  sealed: null,
}
