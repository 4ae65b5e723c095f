import type { Transport } from '../../../src/send/transport.ts'
import { BUSY, type Mutation } from './mutation.ts'

const CONNECTIONS_MAX = 10

/** Webhooks of two organizations at the same hosts, some of which hang. */
const CROWDED = { ...BUSY, hangingBeside: 24, slots: 200, webhooksPerOrganization: 8 }

/** As many connections lead to an origin as are allowed; further requests wait for one, whoever they are of. */
export const sharedConnectionLimit: Mutation = {
  name: 'ten connections to an origin, shared by everybody',
  invariant: 16,
  scenario: { ...CROWDED, faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0 }, ownerActionsPerHour: 0 },
  options: {
    plantTransportBug(transport) {
      const origins = new Map<string, { open: number; waiting: (() => void)[] }>()
      return sendingBy(transport, async (request) => {
        const { origin } = new URL(request.url)
        const place = origins.get(origin) ?? { open: 0, waiting: [] }
        origins.set(origin, place)
        if (place.open >= CONNECTIONS_MAX) await new Promise<void>((resolve) => place.waiting.push(resolve))
        place.open += 1
        const report = await transport.send(request)
        place.open -= 1
        place.waiting.shift()?.()
        return report
      })
    },
  },
}

/** A connection that was kept is used for the next request to its origin, whoever that is of. */
export const sharedConnections: Mutation = {
  name: 'connections shared by organizations',
  invariant: 14,
  scenario: CROWDED,
  options: {
    plantTransportBug: (transport) =>
      sendingBy(transport, (request) => transport.send({ ...request, organizationId: 0 })),
  },
}

/** What follows an attempt counts from its end, and that comes later when a connection had to be made. */
export const connectingForgotten: Mutation = {
  name: 'the time that connecting took is forgotten',
  invariant: 8,
  scenario: {
    ...BUSY,
    receivers: ['limiting', 'closed'],
    faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0 },
    ownerActionsPerHour: 0,
    burstsPerHour: 4,
  },
  options: {
    plantTransportBug: (transport) =>
      sendingBy(transport, async (request) => {
        const { elapsedMs: _, ...report } = await transport.send(request)
        return report
      }),
  },
}

function sendingBy(transport: Transport, send: Transport['send']): Transport {
  return { ...transport, send }
}
