import { warning, type Check } from './check.ts'

const NAME = 'webhooks'
/** Webhooks that are named. */
const NAMED_MAX = 20

/** Which webhooks were sent nothing, because their filter passed over all there was? */
export const checkSilentWebhooks: Check = async ({ survey }) => {
  try {
    if (!survey.exists()) return []
    const silent = await survey.silentWebhooks(NAMED_MAX)
    return silent.map(({ id, organizationSlug, filteredOut }) => {
      const events = filteredOut === 1 ? 'the only event' : `all ${filteredOut} events`
      return warning(
        NAME,
        `The filter of webhook ${id} of ${organizationSlug} passed over ${events} so far, and nothing was sent`,
        `See whether it is meant so: GET /api/v1/webhooks/${id}`,
      )
    })
  } catch {
    // The check of webhooks says so.
    return []
  }
}
