import { shuttingDown } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Submission, Verdict } from '../core/run.ts'
import type { Workflow } from '../core/workflow.ts'
import type { ValidatorPool } from '../validate/pool.ts'
import { brokenVerdict, unfetchedVerdict } from '../validate/verdict.ts'
import { createFairGate } from './fair-gate.ts'

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
export type FetchPage = (url: string, signal: AbortSignal) => Promise<PageAnswer>

export type PageAnswer =
  | { ok: true; url: string; contentType: string | null; content: Buffer }
  /** `message` says in plain words why there is no page. */
  | { ok: false; code: string; message: string }

export interface RunVerdictsParts {
  validators: Pick<ValidatorPool, 'judge'>
  fetchPage: FetchPage
  /** Runs that are judged at once. */
  threads: number
}

export function createRunVerdicts({ validators, fetchPage, threads }: RunVerdictsParts): RunVerdicts {
  // No more pages in memory than this, however many runs wait for a thread.
  const pages = createFairGate({
    placesMax: LIMITS.pagesHeldMax,
    perOrganizationMax: LIMITS.pagesHeldPerOrganizationMax,
  })
  // The pool has a line of its own, first come first served; nobody waits in it as long as this one lets in no more than fit.
  const workers = createFairGate({ placesMax: threads, perOrganizationMax: threads })

  function judged(
    { organizationId, steps }: Workflow,
    submission: Submission,
    signal: AbortSignal,
  ): Promise<Verdict> {
    return workers.pass(organizationId, signal, () => validators.judge(steps, submission, signal))
  }

  async function verdictOfPage(
    workflow: Workflow,
    submission: Submission & { url: string },
    signal: AbortSignal,
  ): Promise<Verdict> {
    const page = await fetchPage(submission.url, signal)
    if (!page.ok) return unfetchedVerdict(page)
    const { url, contentType, content } = page
    return judged(workflow, { ...submission, url, contentType, content }, signal)
  }

  return {
    async of(workflow, submission, signal) {
      const { url, content } = submission
      try {
        if (content !== null || url === null) return await judged(workflow, submission, signal)
        return await pages.pass(workflow.organizationId, signal, () =>
          verdictOfPage(workflow, { ...submission, url }, signal),
        )
      } catch (error) {
        return brokenVerdict(error)
      }
    },
    stop() {
      pages.shut(shuttingDown)
      workers.shut(shuttingDown)
    },
  }
}
