import { errors, type Dispatcher } from 'undici'
import type { Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import type { Open } from '../guard/connect.ts'
import { classify } from '../net/classify.ts'
import { createConnection } from '../net/connection.ts'
import { DeadlineError, ResponseRefusedError } from '../net/failures.ts'
import { ACCEPT_ENCODING } from './content-coding.ts'
import { createPageBody, type PageBody } from './page-body.ts'
import { PAGE_EMPTY, PAGE_SERVER } from './page-bounds.ts'
import { readHead } from './page-head.ts'
import type { PageFailure } from './page.ts'

/** What one request came to. */
export type PageExchangeAnswer =
  | { kind: 'page'; status: number; contentType: string; content: Buffer }
  | { kind: 'redirect'; status: number; location: string | null }
  | ({ kind: 'failed'; status: number | null } & PageFailure)

export interface PageExchangeParts {
  clock: Clock
  open: Open
  userAgent: string
  /** For the whole way to the page; what messages say. */
  deadlineMs: number
}

const ACCEPT = 'text/html, application/xhtml+xml, application/ld+json;q=0.9, application/json;q=0.5'

/** A page that has no more than white space may have so much of it. */
const BLANK_BYTES_MAX = 1_024

/**
 * One GET and its answer, on a connection of its own that ends with it. `report` is called exactly once, after at most
 * `remainingMs`. Returns a function that ends it early with a failure.
 */
export function startPageExchange(
  { clock, open, userAgent, deadlineMs }: PageExchangeParts,
  url: URL,
  remainingMs: number,
  report: (answer: PageExchangeAnswer) => void,
): (failure: PageFailure) => void {
  const connection = createConnection({ origin: url.origin, clock, open, bounds: PAGE_SERVER })
  let status: number | null = null
  let body: PageBody | null = null
  let sent = false
  let interim = 0
  let reported = false

  function finish(answer: PageExchangeAnswer): void {
    if (reported) return
    reported = true
    deadline.cancel()
    body?.destroy()
    connection.discard()
    report(answer)
  }

  const giveUp = (failure: PageFailure): void => finish({ kind: 'failed', status, ...failure })

  function fail(error: Error): void {
    giveUp(body === null ? classify(error, contextNow()) : bodyFailure(error, body.length))
  }

  function contextNow() {
    const { stage, address, connectMs } = connection.progress
    return {
      ...PAGE_SERVER,
      host: url.host,
      stage: sent ? 'sent' : stage,
      address,
      connectMs,
      deadlineMs,
    } as const
  }

  /** The status has come, and then the page did not. */
  function bodyFailure(error: Error, bytes: number): PageFailure {
    if (error instanceof DeadlineError) {
      const message = `The whole page did not arrive within ${deadlineMs / SECOND_MS} s, only ${bytes} bytes of it.`
      return { code: 'timeout', message }
    }
    if (error instanceof ResponseRefusedError || error instanceof errors.HTTPParserError) {
      return classify(error, contextNow())
    }
    return {
      code: 'page_incomplete',
      message: `The connection ended before the whole page had arrived, after ${bytes} bytes of it.`,
    }
  }

  function begin(final: number, headers: Parameters<typeof readHead>[1], resume: () => void): void {
    status = final
    const head = readHead(final, headers)
    if (head.kind === 'redirect') finish({ kind: 'redirect', status: final, location: head.location })
    else if (head.kind === 'refused') giveUp({ code: head.code, message: head.message })
    else {
      body = createPageBody({
        coding: head.coding,
        bytesMax: LIMITS.pageBytesMax,
        onDrain: resume,
        onPage(content) {
          if (isBlank(content)) giveUp(PAGE_EMPTY)
          else finish({ kind: 'page', status: final, contentType: head.contentType, content })
        },
        onFailure: giveUp,
      })
    }
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {
      sent = true
    },
    onResponseStart(controller, code, headers) {
      if (code >= 200) begin(code, headers, () => controller.resume())
      else if (++interim > LIMITS.interimAnswersMax) {
        fail(new ResponseRefusedError('sent one interim answer (1xx) after another'))
      }
    },
    onResponseData(controller, chunk) {
      if (body?.write(chunk) === false) controller.pause()
    },
    onResponseEnd() {
      body?.end()
    },
    onResponseError(_controller, error) {
      fail(error)
    },
  }

  const deadline = clock.after(remainingMs, () => fail(new DeadlineError()))
  connection.dispatch(
    {
      path: url.pathname + url.search,
      method: 'GET',
      headers: { accept: ACCEPT, 'accept-encoding': ACCEPT_ENCODING, 'user-agent': userAgent },
      // Says `connection: close`: there is no second request.
      reset: true,
    },
    handler,
  )
  return giveUp
}

/** Nothing that could be judged. A long page is looked at no further than its beginning. */
function isBlank(content: Buffer): boolean {
  return content.length <= BLANK_BYTES_MAX && content.toString('latin1').trim() === ''
}
