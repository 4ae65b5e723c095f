import type { Clock } from '../core/clock.ts'
import type { AttemptReport } from '../core/attempt.ts'
import { notSentReport } from '../core/attempt.ts'
import type { Event } from '../core/event.ts'
import { addressesOf, type Mailbox } from '../core/mail.ts'
import type { ChannelCarrier, Webhook } from '../core/webhook.ts'
import type { Carry } from './delivery-pipeline.ts'
import { blackOut } from '../send/black-out.ts'
import type { MailTransport, OutboundMail } from '../send/mail-transport.ts'
import type { Transport } from '../send/transport.ts'
import { mailText } from '../carriers/email/mail-text.ts'
import { messageOf } from '../message/message.ts'
import { slackBody } from '../carriers/slack/slack-body.ts'

export interface ChannelCarrierParts {
  transport: Transport
  /** Null while the settings name no mail server, or nobody that mail comes from. */
  mail: { transport: MailTransport; from: Mailbox } | null
  /** Opens what the secret box sealed for this channel. */
  open: (channel: Webhook) => string
  /** Receivers of mail hold its date against their own clocks. */
  clock: Pick<Clock, 'now'>
  /** Ours, for `user-agent`. */
  version: string
}

/** Attempts to channels: the message is written from the event's body at each of them, and carried by mail or to Slack. */
export function createChannelCarriers(parts: ChannelCarrierParts): Readonly<Record<ChannelCarrier, Carry>> {
  return {
    email: (event, channel, startedAt) => carryByMail(parts, event, channel, startedAt),
    slack: (event, channel, startedAt) => carryToSlack(parts, event, channel, startedAt),
  }
}

async function carryToSlack(
  { transport, open, version }: ChannelCarrierParts,
  event: Event,
  channel: Webhook,
  startedAt: number,
): Promise<AttemptReport> {
  const url = open(channel)
  const body = Buffer.from(JSON.stringify(slackBody(messageOf(event.type, event.body))))
  const headers = {
    'content-type': 'application/json',
    'user-agent': `Sealpost/${version}`,
    'accept-encoding': 'identity',
    ...headersOf(event),
  }
  const { organizationId } = channel
  const report = await transport.send({ organizationId, url, headers, body, startedAt })
  return { ...blackOut(report, url), requestHeaders: headers }
}

async function carryByMail(
  { mail, clock }: ChannelCarrierParts,
  event: Event,
  channel: Webhook,
  startedAt: number,
): Promise<AttemptReport> {
  // The settings were taken away from under it. It waits, and counts nothing against the channel.
  if (mail === null) return notSentReport(startedAt, 'The server has no smtp_url or smtp_from any more.')
  const { from } = mail
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  const message: OutboundMail = {
    organizationId: channel.organizationId,
    ...mailText(messageOf(event.type, event.body)),
    from,
    to: addressesOf(channel.url),
    messageId: `<${event.id}.${channel.id}@${domain}>`,
    // RFC 3834: nobody's out-of-office reply is to answer it.
    headers: { ...headersOf(event), 'Auto-Submitted': 'auto-generated' },
    date: clock.now(),
    startedAt,
  }
  const report = await mail.transport.send(message)
  return { ...report, requestHeaders: loggedHeaders(message) }
}

function headersOf(event: Event): Record<string, string> {
  return { 'webhook-id': event.id, 'X-Sealpost-Event': event.type }
}

/** What the log keeps of a message beside the event's body, which it is written from. */
function loggedHeaders({ from, to, subject, messageId, headers }: OutboundMail): Record<string, string> {
  return {
    From: from.name === '' ? from.address : `${from.name} <${from.address}>`,
    To: to.join(', '),
    Subject: subject,
    'Message-ID': messageId,
    ...headers,
  }
}
