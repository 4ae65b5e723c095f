import { isIP } from 'node:net'
import type { Settings } from '../../config/settings.ts'
import { readSmtpUrl } from '../../core/mail.ts'
import { createAddressPolicy } from '../../guard/address.ts'
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
  if (isIP(host) === 0) {
    if (host.includes('.')) return ok(NAME, `E-mail goes over ${host}, from ${smtpFrom}`)
    return wrong(
      NAME,
      `The mail server ${host} has no domain, and is not looked up`,
      'Write its address, and name that in --allow-cidr.',
    )
  }
  const refusal = createAddressPolicy(allowCidr).refusal(host)
  if (refusal === null) return ok(NAME, `E-mail goes over ${host}, from ${smtpFrom}`)
  return wrong(
    NAME,
    `The mail server is not reached: ${host} is ${refusal}`,
    'Check the address. A relay of your own network is named in --allow-cidr.',
  )
}
