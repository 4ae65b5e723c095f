import type { ScoredType } from './score.ts'
import type { SeenType } from './seen.ts'

export type RunStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'TIMED_OUT'
export type RunResult = 'PASS' | 'FAIL' | 'ERROR' | 'CANCELED' | 'TIMED_OUT' | 'UNKNOWN'
export type Severity = 'error' | 'warning' | 'info'
export const SEVERITIES = ['error', 'warning', 'info'] as const satisfies Severity[]

/** One thing a validator says about a submission. Only errors fail a run. */
export interface Finding {
  severity: Severity
  /** Stable snake_case word for the rule, e.g. `required`. */
  code: string
  message: string
  /** Where in the document: a JSON Pointer, or the format's own way to name a place; '' is the whole of it. */
  path: string
  property: string | null
  schemaType: string | null
  /** From 1, where the format has lines. */
  line?: number
  /** From 1, in characters. */
  column?: number
}

/** What is judged: a document, a URL, or (for an external validator's report) only the name of one. */
export interface Submission {
  fileName: string | null
  contentType: string | null
  /** Whether it came as text, as a string in JSON: its bytes are UTF-8 then, whatever it says of its encoding. */
  isText?: boolean
  /** Bytes of the document; null when the run was reported by an external validator. */
  content: Buffer | null
  url: string | null
  /** The caller's own name for what is judged. */
  subject: string | null
  metadata: Record<string, unknown>
}

/** A document that nothing is known of but its bytes. */
export function documentSubmission(content: Buffer, contentType: string | null = null): Submission {
  return { content, contentType, fileName: null, url: null, subject: null, metadata: {} }
}

/** A page that is to be fetched. */
export function pageSubmission(url: string, metadata: Record<string, unknown> = {}) {
  return {
    content: null,
    contentType: null,
    fileName: null,
    url,
    subject: null,
    metadata,
  } satisfies Submission
}

export interface FindingCounts {
  error: number
  warning: number
  info: number
}

/** One execution of a workflow on one submission. */
export interface Run {
  /** UUIDv7 with hyphens. */
  id: string
  organizationId: number
  workflowId: number
  projectId: string
  /** The monitor that started it; null for everybody else's. It may have been removed since. */
  monitorId: string | null
  status: RunStatus
  result: RunResult
  /** Who judged: one of our validators, or one that reported over the API. */
  source: 'builtin' | 'external'
  submission: Omit<Submission, 'content'>
  /** What the run is compared with the previous run of; null when nothing names it. */
  subject: string | null
  /** Names the steps that judged, as they were: only runs of equal settings are compared. See `settingsOf`. */
  settings: string
  findings: Finding[]
  counts: FindingCounts
  /** 0–100, or null where the workflow gives none. */
  score: number | null
  /** What the score is made of; null where nobody said. */
  scoredTypes: ScoredType[] | null
  /** Types and properties in the document; null when no validator looked for them, or none got so far. */
  seen: SeenType[] | null
  /** Why a run ended as ERROR or TIMED_OUT: `OOM`, `TIMEOUT`, `VALIDATOR`, …; null otherwise. */
  errorCategory: string | null
  createdAt: number
  startedAt: number | null
  endedAt: number | null
  durationMs: number | null
}

/** What a validator, ours or another's, concluded. */
export interface Verdict {
  result: RunResult
  findings: Finding[]
  /** All findings, also those that `findings` had no room for. */
  counts: FindingCounts
  score: number | null
  scoredTypes: ScoredType[] | null
  seen: SeenType[] | null
  errorCategory: string | null
}

/** The URL, else the subject the caller names, else the file name (product rule). */
export function subjectOf(submission: Pick<Submission, 'url' | 'subject' | 'fileName'>): string | null {
  return submission.url ?? submission.subject ?? submission.fileName
}

export function statusOf(result: RunResult): RunStatus {
  switch (result) {
    case 'PASS':
      return 'SUCCEEDED'
    case 'CANCELED':
      return 'CANCELED'
    case 'TIMED_OUT':
      return 'TIMED_OUT'
    case 'FAIL':
    case 'ERROR':
    case 'UNKNOWN':
      return 'FAILED'
  }
}

export function isEnded(run: Pick<Run, 'status'>): boolean {
  return run.status !== 'PENDING' && run.status !== 'RUNNING'
}

export function countFindings(findings: readonly Finding[]): FindingCounts {
  const counts: FindingCounts = { error: 0, warning: 0, info: 0 }
  for (const finding of findings) counts[finding.severity] += 1
  return counts
}

/** Why a run ended without a verdict, in plain words: the one error among its findings says so. */
export function whyNoVerdict({ findings, result }: Pick<Run, 'findings' | 'result'>): string {
  const said = findings.findLast(({ severity }) => severity === 'error')?.message
  return said ?? (result === 'TIMED_OUT' ? 'The validators took too long.' : 'The validators broke.')
}
