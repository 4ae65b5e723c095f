/** How a run ended. */
export type RunStatus = 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'TIMED_OUT'

/** FAIL: the data is bad. ERROR: the platform or a validator broke. Both have the status FAILED. */
export type RunResult = 'PASS' | 'FAIL' | 'ERROR' | 'CANCELED' | 'TIMED_OUT' | 'UNKNOWN'

/** The body of the run.* events. A sender may add fields; it renames and drops none. */
interface RunBody {
  /** When it happened, ISO 8601 in UTC. */
  timestamp: string
  organization: { slug: string; name: string }
  workflow: { id: number; slug: string; name: string }
  run: {
    /** UUID, the same in every event about this run. */
    id: string
    status: RunStatus
    result: RunResult
    /** ISO 8601; the same as `ended_at` when the run ended before it was begun. */
    started_at: string
    ended_at: string
    duration_ms: number
    /** The page that shows the run. */
    url: string
  }
  summary: { total_findings: number; error_count: number; warning_count: number; info_count: number }
}

/** A run ended, whatever the outcome. */
export interface RunCompletedEvent extends RunBody {
  event: 'run.completed'
}

/** A run ended with the result PASS. */
export interface RunSucceededEvent extends RunBody {
  event: 'run.succeeded'
}

/** A run ended with any other result. */
export interface RunFailedEvent extends RunBody {
  event: 'run.failed'
}

export type ValidibotEvent = RunCompletedEvent | RunSucceededEvent | RunFailedEvent
