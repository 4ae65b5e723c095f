import { DAY_MS, HOUR_MS, SECOND_MS } from './time.ts'

/**
 * Every bound that is not a setting, by name. A queue, loop, body, retry or cache that is bounded elsewhere is bounded
 * by a setting (config/settings.ts).
 */
export const LIMITS = {
  /** Largest request body the API reads, and so the largest document and event. */
  requestBytesMax: 1024 * 1024,

  /** Signing secrets a caller brings, in characters. */
  secretCharactersMin: 8,
  secretCharactersMax: 128,
  webhookUrlCharactersMax: 2_048,
  webhookEventsMax: 100,
  webhookHeadersMax: 20,
  webhookHeaderCharactersMax: 1_024,
  retryWaitsMax: 20,
  retryWaitSecondsMax: (7 * DAY_MS) / SECOND_MS,
  disableAfterMax: 1_000,
  filterCharactersMax: 1_000,
  /** For one filter and one body. */
  filterTimeoutMs: 100,
  /** Heap of a process that judges filters. */
  filterMemoryMb: 128,
  /** Events waiting to be judged by filters; beyond it the API answers 503. And what of them a process is given at once. */
  filterQueueMax: 10_000,
  filterBatchMax: 64,
  filterBatchBytesMax: 64 * 1024,
  rateLimitRequestsMax: 10_000,
  rateLimitSecondsMax: 3_600,
  /** How long a replaced secret signs beside the new one, unless the owner says otherwise, and at most. */
  rotationOverlapMs: DAY_MS,
  rotationOverlapMsMax: 30 * DAY_MS,
  /** Event types that one organization declares, and a schema of one, as JSON. */
  eventTypesMax: 1_000,
  eventTypeSchemaBytesMax: 64 * 1024,
  /** Events that one request brings. */
  eventsPerRequestMax: 1_000,
  eventKeyCharactersMax: 255,

  /** From the start of the connection to the end of the answer. */
  attemptDeadlineMs: 30 * SECOND_MS,
  /** A receiver's answer: what is read before the socket is cut, and what of it is kept in the log. */
  responseBytesMax: 64 * 1024,
  responseBytesKept: 16 * 1024,
  responseHeaderBytesMax: 16 * 1024,
  /** `Retry-After` may postpone by no more than this. */
  retryAfterMsMax: 24 * HOUR_MS,
  /** Retries are spread by up to this share of their wait. */
  retryJitterMax: 0.1,
  /** Failed attempts in a row before a webhook's health turns `failing`. */
  failingAfter: 3,
  /** Attempts of one delivery that a crash may cut off before it waits longer and longer for the next. */
  unknownAttemptsFree: 5,

  /** Rows that share one commit, and how long the first of them waits for company. */
  commitRowsMax: 500,
  commitWaitMs: 2,
  /** Work waiting for a commit, and its bodies; beyond it the API answers 503. */
  commitQueueMax: 20_000,
  commitQueueBytesMax: 64 * 1024 * 1024,
  /** Deliveries a lane holds in memory, leased and ready, beyond those in flight. */
  laneReadyMax: 100,
  /** Ready deliveries over all lanes, and their bodies. */
  readyMax: 5_000,
  readyBytesMax: 64 * 1024 * 1024,
  claimRowsMax: 200,
  /** Bodies that one claim reads. */
  claimBytesMax: 4 * 1024 * 1024,
  /** Deliveries that one slice of a move takes along when a webhook is stopped, started or deleted. */
  moveRowsPerSlice: 1_000,
  /** Moves of one webhook that wait to be made; with more, it can be stopped and deleted, but not started. */
  movesWaitingMax: 20,
  /** How long a delivery waits whose result could not be settled for a fault of ours. */
  faultWaitMs: HOUR_MS,
  /** Events that one slice of a replay reads, and that one request may send. */
  replayEventsPerSlice: 500,
  replayMatchesMax: 1_000_000,
  /** Results that wait for their commit (a full disk, say); no attempt starts while there are more. */
  unsettledMax: 2_000,
  /** Waits before results whose commit failed are written again: doubled each time up to the second. */
  commitRetryMsMin: 100,
  commitRetryMsMax: 5 * SECOND_MS,
  /** How often the store is asked for work that an error path may have dropped from memory. */
  sweepMs: 30 * SECOND_MS,
  /** Tests under way at once; each waits for its attempt. */
  testsInFlightMax: 50,
  /** Replays at once, over all organizations: each reads through all events of its range, twice. */
  replaysInFlightMax: 5,

  findingsMax: 1_000,
  findingMessageCharactersMax: 2_000,
  /** A finding's path and names: a document may have a key of a megabyte, and a thousand findings under it. */
  findingPathCharactersMax: 1_000,
  /** Errors that a webhook body lists; `error_count` always gives the whole number. */
  eventErrorsMax: 100,
  workflowStepsMax: 20,
  /** How long `POST …/runs/` waits for a quick run before it answers 202. */
  runInlineWaitMs: 2 * SECOND_MS,
  waitSecondsMax: 30,
  /** Submissions waiting for a worker; beyond it the API answers 503. */
  runQueueMax: 1_000,

  pageSizeDefault: 50,
  pageSizeMax: 200,
  idempotencyKeyCharactersMax: 255,
  idempotencyMs: 24 * HOUR_MS,
  /** An API key that expires does so within this: ten years. */
  keyLifetimeMsMax: 3_650 * DAY_MS,
  /** A key's `last_used_at` is written at most this often. */
  keyTouchMs: 60 * SECOND_MS,
  /** Rows that one slice of the retention sweep removes. */
  retentionRowsPerSlice: 500,
} as const
