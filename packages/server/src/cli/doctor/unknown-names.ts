import { CARRIER_NAMES } from '../../carriers/index.ts'
import { STANDARD_NAMES } from '../../sign/schemes.ts'
import type { UnknownNames } from '../../store/survey.ts'
import { printable } from '../terminal.ts'
import { warning, type Check, type CheckResult } from './check.ts'

const NAME = 'webhooks'
/** Named one by one; it takes a step back to an older version to have any. */
const NAMED_MAX = 20

/** Does a webhook ask for a carrier or a signature scheme that this version does not know? Nothing is sent to it. */
export const checkUnknownNames: Check = async ({ survey }) => {
  try {
    const known = { carriers: CARRIER_NAMES, signatures: STANDARD_NAMES }
    return (await survey.unknownNames(known, NAMED_MAX)).map(resultOf)
  } catch {
    // The check of webhooks says so.
    return []
  }
}

function resultOf({ webhookId, carrier, signatures }: UnknownNames): CheckResult {
  const wish = (CARRIER_NAMES as readonly string[]).includes(carrier)
    ? `the signature schemes ${JSON.stringify(signatures)}`
    : `the carrier ${carrier}`
  return warning(
    NAME,
    `Webhook ${webhookId} asks for ${printable(wish)}, which this version does not know: nothing is sent to it`,
    'Run the version that created it, change it, or delete it',
  )
}
