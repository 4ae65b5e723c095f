import type { Check, Report } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { LeaseStep, Outage, SeenRequest } from '../history.ts'

/** 9 */
export const oneLiveLease: Check = {
  invariant: 9,
  needs: ['leases'],
  run(facts, report) {
    const byDelivery = Map.groupBy(facts.history.leases ?? [], (step) => step.deliveryId)
    for (const [deliveryId, steps] of byDelivery) {
      const { webhookId = '', eventId = '' } = facts.delivery(deliveryId) ?? {}
      follow(
        steps.sort((left, right) => left.order - right.order),
        {
          looked: report.looked,
          broken: (what, { at }) => report.broken(what, { deliveryId, webhookId, eventId, at: at ?? 0 }),
        },
      )
    }
  },
}

function follow(steps: readonly LeaseStep[], { looked, broken }: Report): void {
  let live: number | null = null
  let highest = 0
  for (const { what, fence, at } of steps) {
    looked()
    switch (what) {
      case 'taken':
        if (live !== null) broken(`leased (fence ${fence}) while leased (fence ${live})`, { at })
        if (fence <= highest) broken(`leased under fence ${fence} after fence ${highest}`, { at })
        highest = Math.max(highest, fence)
        live = fence
        break
      case 'written':
        if (fence !== live) broken(`a result of fence ${fence} was written; live is ${String(live)}`, { at })
        live = null
        break
      case 'released':
        if (fence === live) live = null
        break
      case 'ended':
        live = null
        break
      case 'dropped':
        if (fence === live) broken(`a result of the live fence ${fence} was dropped`, { at })
        break
    }
  }
}

/** 9, as receivers see it: two requests of one delivery are never under way together, unless a process was cut off. */
export const oneRequestAtATime: Check = {
  invariant: 9,
  needs: ['rows', 'removals', 'requests'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId } of facts.rows.deliveries) {
      const requests = facts.requestsOf({ webhookId, eventId })
      requests.forEach((request, index) => {
        const next = requests[index + 1]
        if (next === undefined || request.endedAt === null) return
        looked()
        const start = next.startedAt ?? next.at
        if (start >= request.endedAt || wasCutOff(facts, request, next)) return
        broken('two requests of one delivery were under way together', {
          ...{ deliveryId, webhookId, eventId },
          at: start,
        })
      })
    }
  },
}

/** Whether a process may have been lost, or have lost its lease, between the two. */
export function wasCutOff(facts: Facts, first: SeenRequest, second: SeenRequest): boolean {
  const from = first.startedAt ?? first.at
  const cutsOff = ({ cause }: Outage): boolean => cause === 'crash' || cause === 'freeze'
  return facts.history.outages.some(
    (outage) => cutsOff(outage) && outage.from <= second.at && outage.until >= from,
  )
}
