import type { TargetChecks } from '../../carriers/target.ts'
import type { ApiContext } from '../context.ts'

/** What the targets of webhooks and channels are checked against on this server. */
export function targetChecks({
  services,
  settings,
}: Pick<ApiContext, 'services' | 'settings'>): TargetChecks {
  return {
    checkUrl: (url) => services.webhooks.checkUrl(url),
    mailSettingsMissing: settings.mailSettingsMissing,
  }
}
