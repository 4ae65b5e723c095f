import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/time.ts'
import { ConnectError } from '../../../src/guard/connect-error.ts'
import type { Dice } from '../dice.ts'
import type { MakeReceiver, Reaction } from './receiver.ts'

const PUBLIC = '93.184.216.34'
const PRIVATE = [
  '10.0.0.7',
  '127.0.0.1',
  '169.254.169.254',
  '192.168.1.10',
  '::1',
  'fd00::7',
  '::ffff:10.0.0.7',
]

/** The longest patience that a receiver asks for. */
export const RETRY_AFTER_SECONDS_MAX = 900

const FAILURES = [500, 502, 503, 404, 301, 400] as const

function ok(dice: Dice): Reaction {
  return { afterMs: Math.round(dice.between(1, 40)), status: dice.pick([200, 200, 202, 204]) }
}

function failure(dice: Dice): Reaction {
  return { afterMs: Math.round(dice.between(1, 100)), status: dice.pick(FAILURES) }
}

function askingForPatience(dice: Dice, status: number): Reaction {
  const retryAfterSeconds = dice.integer(1, RETRY_AFTER_SECONDS_MAX)
  return { afterMs: 5, status, headers: { 'retry-after': String(retryAfterSeconds) }, retryAfterSeconds }
}

/** Good and bad spells in turn, of about these lengths. */
function spells(dice: Dice, goodMs: number, badMs: number): (at: number) => boolean {
  let isGood = dice.chance(0.3)
  let until: number | null = null
  return (at) => {
    until ??= at
    while (until <= at) {
      isGood = !isGood
      until += dice.between(0.3, 1.7) * (isGood ? goodMs : badMs)
    }
    return isGood
  }
}

/** Every kind of receiver that a scenario may have, with how often. A new one is an entry here. */
export const RECEIVERS: Readonly<Record<string, { weight: number; make: MakeReceiver }>> = {
  prompt: {
    weight: 6,
    make: (dice) => ({ prompt: true, react: () => ok(dice) }),
  },
  slow: {
    weight: 2,
    make: (dice) => ({
      prompt: false,
      react: () => ({ ...ok(dice), afterMs: Math.round(dice.between(SECOND_MS, 25 * SECOND_MS)) }),
    }),
  },
  /** Answers, but often after the sender has given up: the answer is lost on it. */
  late: {
    weight: 1,
    make: (dice) => ({
      prompt: false,
      react: () => ({ ...ok(dice), afterMs: Math.round(dice.between(20 * SECOND_MS, 45 * SECOND_MS)) }),
    }),
  },
  hanging: {
    weight: 1,
    make: (dice) => ({ prompt: false, react: () => (dice.chance(0.9) ? null : ok(dice)) }),
  },
  flaky: {
    weight: 3,
    make(dice) {
      const share = dice.between(0.05, 0.8)
      return { prompt: false, react: () => (dice.chance(share) ? failure(dice) : ok(dice)) }
    },
  },
  /** Fails three times, then takes one, and so on: each time it is said to fail, and then to have recovered. */
  flapping: {
    weight: 1,
    make(dice) {
      let count = dice.integer(0, 3)
      return { prompt: false, react: () => (++count % 4 === 0 ? ok(dice) : failure(dice)) }
    },
  },
  dead: {
    weight: 1,
    make: (dice) => ({ prompt: false, react: () => failure(dice) }),
  },
  /** Works for hours, then does not for hours. */
  upAndDown: {
    weight: 3,
    make(dice) {
      const isUp = spells(dice, dice.between(0.5, 6) * HOUR_MS, dice.between(0.1, 4) * HOUR_MS)
      return { prompt: false, react: ({ at }) => (isUp(at) ? ok(dice) : failure(dice)) }
    },
  },
  /** Says 410 for good from some moment on. */
  gone: {
    weight: 1,
    make(dice) {
      let left = dice.integer(0, 200)
      return {
        prompt: false,
        react: () => (left-- > 0 ? ok(dice) : { afterMs: 5, status: 410 }),
      }
    },
  },
  /** Asks for patience, sometimes longer than the schedule would wait. */
  limiting: {
    weight: 1,
    make(dice) {
      let seen: number[] = []
      const perMinute = dice.integer(2, 20)
      return {
        prompt: false,
        react({ at }) {
          seen = [...seen.filter((time) => time > at - MINUTE_MS), at]
          if (seen.length <= perMinute) return ok(dice)
          return askingForPatience(dice, dice.pick([429, 503]))
        },
      }
    },
  },
  /** For spells it takes nothing, and says until when. */
  closed: {
    weight: 1,
    make(dice) {
      const isOpen = spells(dice, dice.between(0.1, 2) * HOUR_MS, dice.between(1, 15) * MINUTE_MS)
      return {
        prompt: false,
        react: ({ at }) => (isOpen(at) ? ok(dice) : askingForPatience(dice, 503)),
      }
    },
  },
  resetting: {
    weight: 1,
    make: (dice) => ({
      prompt: false,
      react: () =>
        dice.chance(0.4) ? { afterMs: Math.round(dice.between(1, 5_000)), status: null } : ok(dice),
    }),
  },
  /** Processes the event, and its answer is lost on the way. */
  lossy: {
    weight: 2,
    make: (dice) => ({ prompt: false, react: () => ({ ...ok(dice), lost: dice.chance(0.2) }) }),
  },
  /** Closes each connection soon behind its answer, without a word: the next request may be on its way by then. */
  hasty: {
    weight: 2,
    make: (dice) => ({
      prompt: true,
      react: () => ({ ...ok(dice), closeAfterMs: dice.integer(0, 40) }),
    }),
  },
  /** Reads a request, deals with it, and closes the connection instead of answering; only one that was used before. */
  dropping: {
    weight: 1,
    make: (dice) => ({
      prompt: false,
      react: ({ isReused }) =>
        isReused && dice.chance(0.5) ? { afterMs: dice.integer(0, 20), status: null } : ok(dice),
    }),
  },
  /** Sends more than it was asked for, when the connection may be in use again. */
  babbling: {
    weight: 1,
    make: (dice) => ({
      prompt: false,
      react: () => ({
        ...(dice.chance(0.5) ? failure(dice) : ok(dice)),
        unaskedAfterMs: dice.integer(0, 2 * SECOND_MS),
      }),
    }),
  },
  /** Acknowledges, and breaks HTTP behind the status line. */
  malformed: {
    weight: 1,
    make: (dice) => ({ prompt: true, react: () => ({ ...ok(dice), rest: 'malformed' }) }),
  },
  /** Acknowledges, and does not end its answer. */
  holding: {
    weight: 1,
    make: (dice) => ({ prompt: true, react: () => ({ ...ok(dice), status: 200, rest: 'held' }) }),
  },
  /** Its name leads elsewhere at every look: to private addresses, to both kinds at once, to nothing. */
  rebinding: {
    weight: 1,
    make: (dice) => ({
      prompt: false,
      react: () => ok(dice),
      resolve() {
        if (dice.chance(0.2)) throw new ConnectError('dns_not_found', 'There is no such name.')
        if (dice.chance(0.4)) return dice.chance(0.5) ? [dice.pick(PRIVATE)] : [PUBLIC, dice.pick(PRIVATE)]
        return [PUBLIC]
      },
    }),
  },
}
