import { shuttingDown } from '../core/errors.ts'
import { createGate } from '../core/gate.ts'
import { LIMITS } from '../core/limits.ts'
import type { Submission, Verdict } from '../core/run.ts'
import type { Workflow } from '../core/workflow.ts'
import type { ValidatorPool } from '../validate/pool.ts'
import { brokenVerdict, unfetchedVerdict } from '../validate/verdict.ts'

/** What a submission comes to, organizations taking turns at pages and at workers. */
export interface RunVerdicts {
  /** Never rejects. Once `signal` is aborted nobody wants the verdict: it comes soon, and says anything. */
  of(workflow: Workflow, submission: Submission, signal: AbortSignal): Promise<Verdict>
  /** Starts nothing more: verdicts that were waited for are worth nothing. */
  stop(): void
}

/**
 * The page of a submission that names a URL and brings no document. Never rejects. Ends soon after `signal` is aborted,
 * with a failure.
 */
export type FetchPage = (organizationId: number, url: string, signal: AbortSignal) => Promise<PageAnswer>

export type PageAnswer =
  | { ok: true; url: string; contentType: string | null; content: Buffer }
  /** `message` says in plain words why there is no page. */
  | { ok: false; code: string; message: string }

export interface RunVerdictsParts {
  validators: Pick<ValidatorPool, 'judge'>
  fetchPage: FetchPage
}

export function createRunVerdicts({ validators, fetchPage }: RunVerdictsParts): RunVerdicts {
  // No more pages in memory than this, however many runs wait for a thread.
  const pages = createGate({
    placesMax: LIMITS.pagesHeldMax,
    // The run queue bounds how many wait.
    waitersMax: 0,
    refuse: shuttingDown,
  })

  function judged(
    { organizationId, steps }: Workflow,
    submission: Submission,
    signal: AbortSignal,
  ): Promise<Verdict> {
    return validators.judge({ organizationId, steps, purpose: 'run' }, submission, signal)
  }

  async function verdictOfPage(
    workflow: Workflow,
    submission: Submission & { url: string },
    signal: AbortSignal,
  ): Promise<Verdict> {
    const page = await fetchPage(workflow.organizationId, submission.url, signal)
    if (!page.ok) return unfetchedVerdict(page)
    const { url, contentType, content } = page
    return judged(workflow, { ...submission, url, contentType, content }, signal)
  }

  return {
    async of(workflow, submission, signal) {
      const { url, content } = submission
      try {
        if (content !== null || url === null) return await judged(workflow, submission, signal)
        const { organizationId } = workflow
        return await pages.pass({ organizationId, signal, isCounted: true }, () =>
          verdictOfPage(workflow, { ...submission, url }, signal),
        )
      } catch (error) {
        return brokenVerdict(error)
      }
    },
    stop() {
      pages.shut()
    },
  }
}
