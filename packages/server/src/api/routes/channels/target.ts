import { fieldProblem } from '../../../core/errors.ts'
import { mailtoUrl } from '../../../core/mail.ts'
import type { Webhook } from '../../../core/webhook.ts'
import { originShown } from '../../../send/black-out.ts'
import type { ApiContext } from '../../context.ts'

/** Where a channel's messages go: what of it is shown, and what is sealed. */
export type Target = Pick<Webhook, 'url' | 'sealedSecret'>

interface Owner {
  organizationId: number
  webhookId: string
}

/** Throws `invalid_request` on `kind` while the server has no mail server, naming the settings that it lacks. */
export function mailTarget(
  { settings }: Pick<ApiContext, 'settings'>,
  recipients: readonly string[],
): Target {
  const missing = settings.mailSettingsMissing
  if (missing.length > 0) {
    throw fieldProblem(
      'invalid_request',
      'kind',
      `E-mail needs the ${missing.length === 1 ? 'setting' : 'settings'} ${missing.join(' and ')}, which an operator sets for the server.`,
    )
  }
  return { url: mailtoUrl([...new Set(recipients)]), sealedSecret: '' }
}

/** Throws `url_not_allowed` on `url`. */
export function slackTarget(
  { services }: Pick<ApiContext, 'services'>,
  { organizationId, webhookId }: Owner,
  url: string,
): Target {
  services.webhooks.checkUrl(url)
  return { url: originShown(url), sealedSecret: services.secrets.seal(organizationId, webhookId, url) }
}
