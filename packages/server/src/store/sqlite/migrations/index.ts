import { initial } from './0001-initial.ts'
import { whatHappened } from './0002-what-happened.ts'
import { repeatedAttempts } from './0003-repeated-attempts.ts'
import { pauses } from './0004-pauses.ts'
import { fanouts } from './0005-fanouts.ts'
import { requestsSent } from './0006-requests-sent.ts'
import { tellings } from './0007-tellings.ts'
import { healthOfMonitors } from './0008-health-of-monitors.ts'
import { messagesSent } from './0009-messages-sent.ts'
import { resends } from './0010-resends.ts'
import { tallies } from './0011-tallies.ts'
import type { Migration } from './migration.ts'

/** In order; the schema's version is how many have been applied. Never change one that was released: add another. */
export const migrations: readonly Migration[] = [
  initial,
  whatHappened,
  repeatedAttempts,
  pauses,
  fanouts,
  requestsSent,
  tellings,
  healthOfMonitors,
  messagesSent,
  resends,
  tallies,
]
