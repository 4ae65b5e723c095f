import type { Socket } from 'node:net'
import { notSentReport } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import { createGate, type Gate, type Place } from '../core/gate.ts'
import { LIMITS } from '../core/limits.ts'
import type { SmtpRelay } from '../core/mail.ts'
import type { Open } from '../guard/connect.ts'
import { DeadlineError, type ExchangeStage } from '../net/failures.ts'
import type { MailTransport, OutboundMail } from './mail-transport.ts'
import { failureOf, outcomeOf, type SmtpOutcome } from './smtp-report.ts'
import type { OutboundReport } from './transport.ts'

export interface SmtpTransportOptions {
  relay: SmtpRelay
  /** The guard's: the relay is the operator's choice, and is held to the same rules as everything else. */
  open: Open
  clock: Clock
  /** Certificate authorities trusted instead of Node's own list, PEM. */
  ca?: string | Buffer
  /** For the whole of an attempt: waiting for a turn, DNS, connecting, TLS, login, message, reply. */
  deadlineMs?: number
  connectionsMax?: number
}

interface Parts extends SmtpTransportOptions {
  deadlineMs: number
  /** Before the connections. */
  gate: Gate
}

/** What messages call the other side. */
const PEER = 'The mail server'
/** Of the deadline, for a connection to become free. */
const WAIT_SHARE_MAX = 0.5
const NO_CONNECTION_FREE =
  'This server has as many connections to the mail server as it may, and none became free in time.'

/**
 * Hands mail to one relay, each message on a connection of its own: mail is rare beside webhooks, and a session that
 * served one message has nothing left over for the next.
 */
export function createSmtpTransport(options: SmtpTransportOptions): MailTransport {
  const { deadlineMs = LIMITS.attemptDeadlineMs, connectionsMax = LIMITS.smtpConnectionsMax } = options
  const gate = createGate({
    clock: options.clock,
    placesMax: connectionsMax,
    ownToFreeMax: Infinity,
    // The attempts that the dispatcher has in flight bound how many wait.
    waitersMax: 0,
    refuse: (why) => new Error(`No connection to the mail server: ${why}`),
  })
  const parts = { ...options, deadlineMs, gate }
  return { send: (mail) => new Promise((resolve) => startTrip(parts, mail, resolve)) }
}

/**
 * One message. `report` is called exactly once.
 *
 *   waiting ──turn──▶ resolving, connecting ──open──▶ sent ──taken or refused──▶ reported
 *      └──────────────────────┴──────error or deadline──┴─────────────────────────┘
 */
function startTrip(parts: Parts, mail: OutboundMail, report: (report: OutboundReport) => void): void {
  const { relay, clock, deadlineMs } = parts
  const startedAt = clock.monotonic()
  const progress = {
    stage: 'waiting' as ExchangeStage,
    address: null as string | null,
    connectMs: null as number | null,
  }
  let reported = false
  let giveUp = (): void => undefined

  let place: Place | null = null
  const { organizationId } = mail
  const deadline = clock.after(deadlineMs, () => fail(new DeadlineError()))
  // What waited gets a fair try when its turn comes.
  const waitMsMax = deadlineMs * WAIT_SHARE_MAX
  parts.gate.enter({ organizationId, waitMsMax, isCounted: true }).then(connect, tellNotSent)

  /** Too many other messages were in the way, which is no fault of the mail server or of whom this one was for. */
  function tellNotSent(): void {
    if (reported) return
    reported = true
    deadline.cancel()
    const { requestHeaders: _none, ...unsent } = notSentReport(mail.startedAt, NO_CONNECTION_FREE)
    report({ ...unsent, durationMs: Math.round(clock.monotonic() - startedAt) })
  }

  function connect(turn: Place): void {
    place = turn
    if (reported) {
      place.leave()
      return
    }
    const connectingAt = clock.monotonic()
    const target = { protocol: 'smtp:', hostname: relay.host, port: String(relay.port) }
    giveUp = parts.open(target, onStage, (error, socket) => {
      if (error !== null) {
        fail(error)
        return
      }
      progress.stage = 'sent'
      progress.connectMs = clock.monotonic() - connectingAt
      giveUp = () => socket.destroy()
      void talk(socket)
    })
  }

  function onStage(stage: ExchangeStage, address: string | null): void {
    progress.stage = stage
    progress.address = address
  }

  async function talk(socket: Socket): Promise<void> {
    try {
      // Loaded for the first message: 45 ms and 20 MB that a server without e-mail channels never spends.
      const { sendOver } = await import('./smtp-session.ts')
      finish(outcomeOf(await sendOver(socket, mail, parts)))
    } catch (error) {
      fail(error)
    }
  }

  function fail(error: unknown): void {
    if (place === null) {
      tellNotSent()
      return
    }
    const context = {
      peer: PEER,
      host: relay.host,
      ...progress,
      deadlineMs,
      headerBytesMax: LIMITS.smtpReplyBytesMax,
    }
    finish(failureOf(error, context))
    giveUp()
  }

  function finish(outcome: SmtpOutcome): void {
    if (reported) return
    reported = true
    deadline.cancel()
    place?.leave()
    const sends = progress.stage === 'sent' ? 1 : 0
    report({ ...reportOf(mail, outcome, clock.monotonic() - startedAt), sends })
  }
}

function reportOf(
  mail: OutboundMail,
  outcome: SmtpOutcome,
  elapsedMs: number,
): Omit<OutboundReport, 'sends'> {
  const { error, statusCode, answer } = outcome
  return {
    outcome: error === null ? 'delivered' : 'failed',
    startedAt: mail.startedAt,
    durationMs: Math.round(elapsedMs),
    statusCode,
    error,
    retryAfterMs: null,
    // A reply of SMTP has no headers; that there are none, and not null, says that there was a reply.
    responseHeaders: answer === null ? null : {},
    responseBody: answer,
  }
}
