import { NotPrepared } from '../../core/attempt.ts'
import { addressesOf } from '../../core/mail.ts'
import { messageOf } from '../../message/message.ts'
import type { OutboundMail } from '../../send/mail-transport.ts'
import type { Carrier, CarrierParts, Carrying, Outbound } from '../carrier.ts'
import { eventHeaders } from '../event-headers.ts'
import { mailText } from './mail-text.ts'
import { recipients } from './recipients.ts'

export const email = {
  name: 'email',
  phrase: 'by e-mail',
  description:
    'An e-mail to the recipients. It is sent by the mail server that the operator sets with `smtp_url` and `smtp_from`.',
  target: recipients,
  start: carryByMail,
} as const satisfies Carrier

function carryByMail({ mail, clock }: CarrierParts): Carrying<OutboundMail & Outbound> {
  return {
    prepare(event, channel, startedAt) {
      const { from } = configured(mail)
      const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
      const message: OutboundMail = {
        organizationId: channel.organizationId,
        ...mailText(messageOf(event.type, event.body)),
        from,
        to: addressesOf(channel.url),
        messageId: `<${event.id}.${channel.id}@${domain}>`,
        // RFC 3834: nobody's out-of-office reply is to answer it.
        headers: { ...eventHeaders(event), 'Auto-Submitted': 'auto-generated' },
        date: clock.now(),
        startedAt,
      }
      // Those who read HTML read the same.
      return { ...message, logged: loggedHeaders(message), loggedBody: Buffer.from(message.text) }
    },
    send: (message) => configured(mail).transport.send(message),
  }
}

function configured(mail: CarrierParts['mail']): NonNullable<CarrierParts['mail']> {
  // The settings were taken away from under it. It waits, and counts nothing against the channel.
  if (mail === null) throw new NotPrepared('The server has no smtp_url or smtp_from any more.')
  return mail
}

/** What the log keeps of a message beside its text. */
function loggedHeaders({ from, to, subject, messageId, headers }: OutboundMail): Record<string, string> {
  return {
    From: from.name === '' ? from.address : `${from.name} <${from.address}>`,
    To: to.join(', '),
    Subject: subject,
    'Message-ID': messageId,
    ...headers,
  }
}
