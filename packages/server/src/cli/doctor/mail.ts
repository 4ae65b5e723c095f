import { isIP } from 'node:net'
import type { Settings } from '../../config/settings.ts'
import { readSmtpUrl } from '../../core/mail.ts'
import { createAddressPolicy } from '../../guard/address.ts'
import { LOOPBACK_ADDRESSES, nameKind } from '../../guard/names.ts'
import { ok, warning, wrong, type Check, type CheckResult } from './check.ts'

const NAME = 'mail'

/** Can e-mail channels be made, and may their mail server be reached? Connects to nothing. */
export const checkMail: Check = ({ settings }) => Promise.resolve([look(settings)])

function look({ smtpUrl, smtpFrom, allowCidr }: Settings): CheckResult {
  if (smtpUrl === null && smtpFrom === null) return ok(NAME, 'No mail server is set: no e-mail channels')
  if (smtpUrl === null || smtpFrom === null) {
    const [set, missing] = smtpUrl === null ? ['smtp_from', 'smtp_url'] : ['smtp_url', 'smtp_from']
    return warning(NAME, `${set} is set and ${missing} is not: no e-mail is sent`, `Set ${missing} too.`)
  }
  const host = readSmtpUrl(smtpUrl)?.host ?? ''
  const addresses = createAddressPolicy(allowCidr)
  if (isIP(host) === 0) {
    const name = nameKind(host)
    const isReached =
      name.kind === 'public' ||
      (name.kind === 'local' && allowCidr.length > 0) ||
      (name.kind === 'loopback' && LOOPBACK_ADDRESSES.some((address) => addresses.isListed(address)))
    if (isReached) return ok(NAME, `E-mail goes over ${host}, from ${smtpFrom}`)
    const why = name.kind === 'loopback' ? 'is this machine' : name.what
    return wrong(
      NAME,
      `The mail server is not reached: ${host} ${why}`,
      'Name the addresses that it resolves to in --allow-cidr.',
    )
  }
  const refused = addresses.refusal(host)
  if (refused === null) return ok(NAME, `E-mail goes over ${host}, from ${smtpFrom}`)
  return wrong(
    NAME,
    `The mail server is not reached: ${host} is ${refused}`,
    'Check the address. A relay in your own network must be allowed with --allow-cidr.',
  )
}
