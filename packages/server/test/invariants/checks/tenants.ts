import type { Check } from '../check.ts'

/** 14 */
export const requestsStayInTheirOrganization: Check = {
  invariant: 14,
  needs: ['requests', 'rows', 'removals'],
  run(facts, { looked, broken }) {
    const { organizations, requests = [] } = facts.history
    for (const { webhookId, headers, body, at } of requests) {
      looked()
      const eventId = headers['webhook-id'] ?? ''
      const where = { webhookId, eventId, at }
      const owner = facts.timelineOf(webhookId).changes[0]?.webhook.organizationId
      const event = facts.event(eventId)
      if (event !== undefined && event.organizationId !== owner) broken("another organization's event", where)
      const sent = [...Object.values(headers), body.toString()].join('\n')
      const foreign = organizations.filter(({ id }) => id !== owner).flatMap(({ markers }) => markers)
      const marker = foreign.find((text) => sent.includes(text))
      if (marker !== undefined) broken(`bears "${marker}" of another organization`, where)
    }
  },
}

/** 14 */
export const rowsStayInTheirOrganization: Check = {
  invariant: 14,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId, organizationId } of facts.rows.deliveries) {
      looked()
      const owners = new Set([
        organizationId,
        facts.event(eventId)?.organizationId ?? organizationId,
        facts.timelineOf(webhookId).changes[0]?.webhook.organizationId ?? organizationId,
      ])
      if (owners.size > 1)
        broken('event, webhook and delivery differ in organization', { deliveryId, webhookId, eventId })
    }
  },
}

/** 14. What a server sends late on a connection must not meet a request of another organization. */
export const connectionsStayInTheirOrganization: Check = {
  invariant: 14,
  needs: ['requests'],
  run(facts, { looked, broken }) {
    const owners = new Map<string, number | undefined>()
    for (const { connection, webhookId, at } of facts.history.requests ?? []) {
      if (connection === null) continue
      looked()
      const owner = facts.timelineOf(webhookId).changes[0]?.webhook.organizationId
      if (owners.has(connection) && owners.get(connection) !== owner)
        broken('came on a connection that another organization used', { webhookId, at })
      owners.set(connection, owner)
    }
  },
}

/** Ids as they are made here, which no label of a metric may bear. */
const AN_ID = /\b(?:evt|dlv|webhook|key|proj)_[0-9a-f]{32}\b/

/** 14 */
export const textsStayInTheirOrganization: Check = {
  invariant: 14,
  needs: ['texts'],
  run(facts, { looked, broken }) {
    const { organizations, texts = [] } = facts.history
    for (const { where, organizationId, text } of texts) {
      // The operator's log is about everybody; a line of it about one organization is not.
      if (organizationId === null && where !== 'metrics') continue
      looked()
      const foreign = organizations
        .filter(({ id }) => id !== organizationId)
        .flatMap(({ markers }) => markers)
      const marker = foreign.find((one) => text.includes(one))
      if (marker !== undefined)
        broken(`"${marker}" of another organization in ${where}: ${text.slice(0, 200)}`, {})
      const id = where === 'metrics' ? AN_ID.exec(text)?.[0] : undefined
      if (id !== undefined) broken(`the metrics name ${id}`, {})
    }
  },
}
