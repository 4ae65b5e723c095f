import type { Settings } from '../../config/settings.ts'
import { ok, warning, type Check, type CheckResult } from './check.ts'

/** Settings that are allowed and deserve a second look. */
export const checkExposure: Check = async ({ settings }) => [
  ...checkAllowList(settings),
  ...checkHttp(settings),
  ...checkBaseUrl(settings),
]

/** The metadata services of the clouds live here and hand out credentials. */
const LINK_LOCAL = /^(169\.254\.|fe80:)/i

function checkAllowList({ allowCidr }: Settings): CheckResult[] {
  if (allowCidr.length === 0)
    return [
      ok(
        'allow_cidr',
        'Webhooks and pages are reached at public addresses only (on this machine: --allow-http --allow-cidr 127.0.0.0/8)',
      ),
    ]
  const detail = `Webhooks and pages may be in private networks: ${allowCidr.join(', ')}`
  const wide = allowCidr.filter((network) => Number(network.split('/')[1]) < 8 || LINK_LOCAL.test(network))
  if (wide.length === 0) {
    return [
      warning(
        'allow_cidr',
        detail,
        'Keep it only if everybody who may submit pages may also read what is in these networks.',
      ),
    ]
  }
  const advice = `Narrow ${wide.join(', ')}: it is very wide, or it includes the metadata service of the cloud.`
  return [warning('allow_cidr', detail, advice)]
}

function checkHttp({ allowHttp }: Settings): CheckResult[] {
  if (!allowHttp) return [ok('allow_http', 'Webhooks and pages go over https only')]
  const advice =
    'Switch it off if the receivers can use https: without it, anybody on the way can read the bodies.'
  return [warning('allow_http', 'Webhooks and pages may go over plain http', advice)]
}

const LOOPBACK_HOST = /^(127\.|localhost$|::1$)/

function checkBaseUrl({ host, baseUrl }: Settings): CheckResult[] {
  const url = new URL(baseUrl)
  const isLocalLink = LOOPBACK_HOST.test(url.hostname.replace(/^\[|\]$/g, ''))
  if (isLocalLink && !LOOPBACK_HOST.test(host)) {
    const advice =
      'Set --base-url to the address at which others reach the server: the links in webhooks begin with it.'
    return [
      warning(
        'base_url',
        `The server is open to other machines, but its links begin with ${baseUrl}`,
        advice,
      ),
    ]
  }
  return [ok('base_url', `Links begin with ${baseUrl}`)]
}
