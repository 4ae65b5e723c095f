import { messageOf } from '../message/message.ts'
import type { ChannelMessage } from '../message/channel-message.ts'
import type { OutboundRequest } from '../send/transport.ts'
import type { CarrierParts, Carrying, Outbound } from './carrier.ts'
import { eventHeaders } from './event-headers.ts'

/** Posts the message about an event as JSON to a sealed URL. It is written anew at each attempt. */
export function postMessage(
  { transport, version }: CarrierParts,
  bodyOf: (message: ChannelMessage) => object,
): Carrying<OutboundRequest & Outbound> {
  return {
    prepare(event, { organizationId }, startedAt, url) {
      const body = Buffer.from(JSON.stringify(bodyOf(messageOf(event.type, event.body))))
      const headers = {
        'content-type': 'application/json',
        'user-agent': `Sealpost/${version}`,
        'accept-encoding': 'identity',
        ...eventHeaders(event),
      }
      return { organizationId, url, headers, body, startedAt, logged: headers, loggedBody: body }
    },
    send: (request) => transport.send(request),
  }
}
