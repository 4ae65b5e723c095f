import { dialectOf } from '../../catalogue/event-types.ts'
import type { OutboundRequest } from '../../send/transport.ts'
import type { Carrier, CarrierParts, Carrying, Outbound } from '../carrier.ts'
import { receiverUrl } from './receiver-url.ts'

export const webhook = {
  name: 'webhook',
  phrase: 'as signed requests',
  description:
    'A POST of the event’s own bytes to the webhook’s URL, signed by the schemes in its `signatures`.',
  target: receiverUrl,
  start: sendSigned,
} as const satisfies Carrier

function sendSigned({ transport, signer, clock }: CarrierParts): Carrying<OutboundRequest & Outbound> {
  return {
    prepare(event, row, startedAt) {
      const { headers, logged } = signer.sign(event, dialectOf(event.type), row, clock.now())
      const { organizationId, url } = row
      return { organizationId, url, headers, body: event.body, startedAt, logged, loggedBody: null }
    },
    send: (request) => transport.send(request),
  }
}
