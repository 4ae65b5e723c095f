import type { Clock, Timer } from './clock.ts'
import { SECOND_MS } from './time.ts'

/**
 * Many deadlines on one timer of the clock. Setting and cancelling one costs a few memory accesses, where a timer each
 * would cost the clock a timer. In return a deadline is coarse: it comes up to a tick late, and never early.
 */
export interface TimerWheel {
  /** Lets `deadline` come in `delayMs`. One that was set already is moved. */
  set(deadline: Deadline, delayMs: number): void
  /** Does nothing to one that is not set. */
  cancel(deadline: Deadline): void
  /** No deadline comes any more, and no timer keeps the process alive. Safe to call twice. */
  stop(): void
}

/** Something that can be due, at one time at once. `createDeadline` makes one; what has the fields can be one itself. */
export interface Deadline {
  onDue(): void
  /** By the monotonic clock. */
  dueAt: number
  /** Where it stands in the wheel; `slot` is -1 while it is not set. */
  slot: number
  index: number
  /** It has been put off once, since it was set. */
  isPutOff: boolean
}

const TICK_MS = 20
/** About 41 s for a turn of the wheel. A deadline that is further away is passed over until its turn. */
const SLOTS = 2_048
/** A turn that comes so late shows that nobody has looked at a socket for as long … */
const LATE_MS = SECOND_MS
/** … and then what is due is put off by this, once: what came meanwhile is to be read before. */
const PUT_OFF_MS = SECOND_MS
/** A deadline's `slot` while it is not in the wheel. */
export const NOT_SET = -1

export function createDeadline(onDue: () => void): Deadline {
  return { onDue, dueAt: 0, slot: NOT_SET, index: 0, isPutOff: false }
}

/**
 * A timer is set for the earliest deadline, and left to fire when that is cancelled: most are, and each would cost the clock a
 * timer otherwise. So whoever is done with a wheel has to stop it.
 */
export function createTimerWheel(clock: Clock): TimerWheel {
  const slots: Deadline[][] = Array.from({ length: SLOTS }, () => [])
  let count = 0
  /** Of the next turn; null while nothing is set. */
  let timer: Timer | null = null
  let timerTick = 0
  /** The last tick whose slot was looked at. */
  let doneTick = 0
  let stopped = false

  function remove(deadline: Deadline): void {
    const slot = slots[deadline.slot]
    const last = slot?.pop()
    if (last !== undefined && last !== deadline && slot !== undefined) {
      slot[deadline.index] = last
      last.index = deadline.index
    }
    deadline.slot = NOT_SET
    count -= 1
  }

  function turn(): void {
    const now = clock.monotonic()
    const tick = Math.floor(now / TICK_MS)
    const isLate = now - timerTick * TICK_MS >= LATE_MS
    // After a long pause of the process every slot is looked at once.
    const first = Math.max(doneTick + 1, tick - SLOTS + 1)
    const due: Deadline[] = []
    for (let at = first; at <= tick; at++) {
      for (const deadline of slots[at % SLOTS] ?? []) if (deadline.dueAt <= now) due.push(deadline)
    }
    doneTick = tick
    for (const deadline of due) remove(deadline)
    timer = null
    if (count > 0) wakeAt(nextTick(tick))
    for (const deadline of due) {
      if (isLate && !deadline.isPutOff) putOff(deadline, now)
      else deadline.onDue()
    }
  }

  function putOff(deadline: Deadline, now: number): void {
    place(deadline, now, PUT_OFF_MS)
    deadline.isPutOff = true
  }

  /** The next one whose slot holds anything; something does. */
  function nextTick(tick: number): number {
    let next = tick + 1
    while ((slots[next % SLOTS]?.length ?? 0) === 0) next += 1
    return next
  }

  /** The wheel sleeps until then: one that turned all the time would wake an idle process fifty times a second. */
  function wakeAt(tick: number): void {
    if (stopped || (timer !== null && timerTick <= tick)) return
    timer?.cancel()
    timerTick = tick
    timer = clock.after(Math.max(1, tick * TICK_MS - clock.monotonic()), turn)
  }

  function place(deadline: Deadline, now: number, delayMs: number): void {
    if (count === 0) doneTick = Math.floor(now / TICK_MS)
    deadline.dueAt = now + delayMs
    // Rounded up, so that its slot is looked at when its time has come, and never behind the hand.
    const tick = Math.max(Math.ceil(deadline.dueAt / TICK_MS), doneTick + 1)
    deadline.slot = tick % SLOTS
    const slot = slots[deadline.slot] ?? []
    deadline.index = slot.push(deadline) - 1
    count += 1
    wakeAt(tick)
  }

  return {
    set(deadline, delayMs) {
      if (deadline.slot !== NOT_SET) remove(deadline)
      deadline.isPutOff = false
      place(deadline, clock.monotonic(), delayMs)
    },
    cancel(deadline) {
      if (deadline.slot !== NOT_SET) remove(deadline)
    },
    stop() {
      timer?.cancel()
      timer = null
      stopped = true
    },
  }
}
