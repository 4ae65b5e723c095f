import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts'

/**
 * Every bound that is not a setting, by name. A queue, loop, body, retry or cache that is bounded elsewhere is bounded
 * by a setting (config/settings.ts).
 */
export const LIMITS = {
  /**
   * One organization may take at most this many times as much of a shared bound (places inside a gate or in its line) as
   * it leaves free. Alone it gets four fifths, and the next organization finds room.
   */
  ownToFreeMax: 4,

  /** Default of the setting `request_bytes_max`: the largest request body, and so the largest document and event. */
  requestBytesMax: 1024 * 1024,

  /** Signing secrets a caller brings, in characters. */
  secretCharactersMin: 8,
  secretCharactersMax: 128,
  urlCharactersMax: 2_048,
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
  /** Events that wait to be judged by filters; beyond it the API answers 503. Then: events and bytes of one batch for a process. */
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

  /** To reach one of a name's addresses, and then to agree on TLS with it. */
  connectMsMax: 10 * SECOND_MS,
  tlsHandshakeMsMax: 10 * SECOND_MS,
  /** Addresses of one name that are tried for one connection. */
  addressesTriedMax: 20,
  /** RFC 8305: how long the other family's answer is waited for, and one address before the next is tried as well. */
  addressFamilyWaitMs: 50,
  nextAddressMs: 250,
  /** How long an address that took no connection is tried after the others of its name, and how many are remembered. */
  deadAddressMs: MINUTE_MS,
  deadAddressesMax: 10_000,

  /** From the start of the attempt, with looking up the name, connecting and TLS, to the status line of the answer. */
  attemptDeadlineMs: 30 * SECOND_MS,
  /** From that line to the end of what is read of the answer. The attempt is decided; the rest is read for the log only. */
  answerGraceMs: 100,
  /** Connections that are kept for a next request, and TLS sessions for a next connection; organizations take turns. */
  idleConnectionsMax: 1_000,
  tlsSessionsMax: 1_000,
  /** Origins that are known to close connections unannounced, one for each organization. */
  distrustedOriginsMax: 1_000,
  /** URLs that were checked and taken apart already. */
  sendTargetsMax: 10_000,
  /** A receiver's answer: how much is read before the socket is cut, and how much is kept in the log. */
  responseBytesMax: 64 * 1024,
  responseBytesKept: 16 * 1024,
  responseHeaderBytesMax: 16 * 1024,
  /** How much of an answer is shown to people: of text, unpacked; and of anything else. */
  responseBytesShown: 64 * 1024,
  responseBinaryBytesShown: 256,
  /** 1xx answers before the final one. 103 may rightly come a few times (RFC 8297); without a bound it comes for ever. */
  interimAnswersMax: 8,
  /** `Retry-After` may postpone by no more than this. */
  retryAfterMsMax: 24 * HOUR_MS,
  /** Retries are spread by up to this share of their wait. */
  retryJitterMax: 0.1,
  /** Failed attempts in a row before a webhook's health turns `failing`. */
  failingAfter: 3,
  /**
   * An organization is told about the health of one webhook at most once in a window. The window doubles each time, up to
   * `tellingWindowMsMax`, and starts again at `tellingWindowMsMin` after `tellingQuietMs` without news.
   */
  tellingWindowMsMin: 5 * MINUTE_MS,
  tellingWindowMsMax: HOUR_MS,
  tellingQuietMs: HOUR_MS,
  /** News about all webhooks of an organization, in any window of an hour. */
  tellingsPerHourMax: 60,
  /** How often it is told when nothing happened but attempts that carried such news. */
  unpromptedTellingsMax: 3,
  /** Webhooks whose news are looked at in one transaction, and the wait before a failed one is repeated. */
  tellingsPerSlice: 50,
  tellingRetryMs: SECOND_MS,
  /** Attempts of one delivery that a crash may cut off before it waits longer and longer for the next. */
  unknownAttemptsFree: 5,

  /**
   * What one step of the event loop does at most, whoever asked for it: rows read or written and their bytes, and events
   * held against webhooks. A row takes up to 50 µs on a slow machine, and nobody is served before the step ends.
   */
  stepRowsMax: 1_000,
  stepBytesMax: 4 * 1024 * 1024,
  stepMatchesMax: 10_000,
  /** Deliveries that are made in the commit of their events, and how many each later slice makes. */
  deliveriesAtOnceMax: 500,
  fanoutRowsPerSlice: 500,
  /** Events of one organization whose deliveries are still to be made; beyond it more are refused with 503. */
  fanoutsWaitingMax: 100_000,
  /** Results are written at once when this many rows wait. Otherwise the first row waits `commitWaitMs` for others. */
  commitRowsMax: 500,
  commitWaitMs: 2,
  /** Work waiting for a commit, and its bodies; beyond it the API answers 503. */
  commitQueueMax: 20_000,
  commitQueueBytesMax: 64 * 1024 * 1024,
  /** One organization may have at most this many times as much waiting as it leaves free. */
  commitQueueOwnToFreeMax: 4,
  /** Deliveries a lane holds in memory, leased and ready, beyond those in flight. */
  laneReadyMax: 100,
  /** Ready deliveries over all lanes, and their bodies. */
  readyMax: 5_000,
  readyBytesMax: 64 * 1024 * 1024,
  claimRowsMax: 200,
  /** Deliveries of one webhook sent again by hand that go before all others; beyond it they take their turn. */
  byHandMax: 100,
  /** Bodies that one claim reads. */
  claimBytesMax: 4 * 1024 * 1024,
  /** Deliveries that one slice of a move takes along when a webhook is stopped, started or deleted. */
  moveRowsPerSlice: 500,
  /** Held deliveries that one answer counts, of all the webhooks that it shows. */
  heldCountedMax: 1_000_000,
  /** Moves of one webhook that wait to be made; with more, it can be stopped and deleted, but not started. */
  movesWaitingMax: 20,
  /** How long a delivery waits whose result could not be settled for a fault of the program. */
  faultWaitMs: HOUR_MS,
  /** The wait after an attempt that was not sent for a fault of ours: doubled each time, up to `notSentWaitMsMax`. */
  notSentWaitMsMin: SECOND_MS,
  notSentWaitMsMax: MINUTE_MS,
  /** The name servers are at fault when at least `namesAtFaultMin` names got no answer within `lookupAnswerMsMax`. */
  namesAtFaultMin: 2,
  lookupAnswerMsMax: 5 * SECOND_MS,
  /** The network, or the clock, is at fault when none of at least `originsAtFaultMin` origins was reached within `faultWindowMs`. */
  originsAtFaultMin: 3,
  faultWindowMs: MINUTE_MS,
  /** A timer that comes so late shows that the process stood still. */
  standstillMsMin: 5 * SECOND_MS,
  /** Events that one slice of a replay reads, and that one request may send. */
  replayEventsPerSlice: 250,
  replayMatchesMax: 1_000_000,
  /** Results that wait for their commit (a full disk, say); no attempt starts while there are more. */
  unsettledMax: 2_000,
  /** The wait before results whose commit failed are written again: doubled each time, up to `commitRetryMsMax`. */
  commitRetryMsMin: 100,
  commitRetryMsMax: 5 * SECOND_MS,
  /** How often the store is asked for work that an error path may have dropped from memory. */
  sweepMs: 30 * SECOND_MS,
  /** Tests under way at once; each waits for its attempt. */
  testsInFlightMax: 100,
  /** Replays at once. And slices of them that are read at once: each holds up to its events, bodies and all. */
  replaysInFlightMax: 100,
  replaySlicesAtOnceMax: 2,

  findingsMax: 1_000,
  findingMessageCharactersMax: 2_000,
  /** A finding's path and names: a document may have a key of a megabyte, and a thousand findings under it. */
  findingPathCharactersMax: 1_000,
  /** Errors that a webhook body lists; `error_count` always gives the whole number. */
  eventErrorsMax: 100,
  /** Changes that a `schema.changed` body lists; `change_count` always gives the whole number. */
  eventChangesMax: 200,
  /** `schema.removed` events of one run: one for each type that is gone. */
  eventsOfRemovedTypesMax: 50,
  workflowStepsMax: 20,
  /** Assertions of one step, and the characters of each. */
  assertionsMax: 100,
  assertionCharactersMax: 1_000,
  /** How many types, groups or elements of an XML Schema may build on one another, one on the next. */
  xmlSchemaDepthMax: 200,
  /** Elements within elements of XML that is judged by a schema. */
  xmlDepthMax: 256,
  /** Fields of a Table Schema, and the values that an `enum` and its like list. */
  csvFieldsMax: 1_000,
  csvValuesMax: 10_000,
  /** Structured data that is judged of one page: things, types of one of them, and values over all. */
  structuredThingsMax: 10_000,
  structuredTypesPerThingMax: 20,
  structuredValuesMax: 100_000,
  /** Brackets within brackets of JSON-LD; and elements within elements (browsers make siblings of what is deeper). */
  structuredJsonDepthMax: 100,
  structuredTagDepthMax: 512,
  /** And where reading ends: a page that is deeper closes nothing, and takes the parser quadratic time. */
  structuredTagDepthEnd: 1_024,
  /** Elements of a page, those that the parser adds included; and those of them that hold structured data. */
  structuredElementsMax: 1_000_000,
  structuredMarkedMax: 100_000,
  /** Attributes of one element of a page in XHTML. */
  structuredAttributesMax: 10_000,
  /** Elements that are looked through for the items of a page: many may refer to the same ones by `itemref`. */
  structuredItemStepsMax: 2_000_000,
  /** Types that a run tells of, properties of one of them, and kinds of values of one of those. */
  seenTypesMax: 200,
  seenPropertiesMax: 200,
  seenKindsMax: 20,
  seenNameCharactersMax: 100,
  /** How long `POST …/runs/` waits for the end of a run before it answers 202. */
  runInlineWaitMs: 2 * SECOND_MS,
  waitSecondsMax: 30,
  /** Runs that fetch a page or hold one in memory until it is judged; the others wait for their turn. */
  pagesHeldMax: 16,
  /** Submissions waiting for a worker; beyond it the API answers 503. */
  runQueueMax: 1_000,
  /** Events to hold against their schemas, and schemas to try, that wait for a worker; beyond it the API answers 503. */
  judgingWaitersMax: 1_000,
  /** Runs of one subject that wait for each other's end: each is compared with the one before. */
  endingsPerSubjectMax: 1_000,
  endingsWaitingMax: 10_000,

  /** A page that a submission names by URL: what is read of it, unpacked, and of each header on the way to it. */
  pageBytesMax: 10 * 1024 * 1024,
  pageHeaderBytesMax: 32 * 1024,
  /** For the whole way to a page with all redirects; waiting for a turn does not count. */
  pageDeadlineMs: 15 * SECOND_MS,
  pageRedirectsMax: 5,
  /** Pages fetched at once from one host, so that a check is no burden to it, and from all: each holds up to its bytes. */
  pageFetchesPerHostMax: 1,
  pageFetchesMax: 16,
  /** Fetches that wait for their turn, and how long one does. */
  pageWaitersPerHostMax: 100,
  pageWaitersMax: 1_000,
  pageWaitMsMax: 60 * SECOND_MS,

  /** A channel's name, and the addresses that one e-mail goes to. */
  channelNameCharactersMax: 200,
  mailRecipientsMax: 20,
  /**
   * What a message to a channel says, in characters and facts. Slack takes 150 characters of a title and 2,000 of a field, and
   * escaping makes up to five of one.
   */
  messageTitleCharactersMax: 150,
  messageLabelCharactersMax: 60,
  /** Of what a message is about, in the subject of a mail and in a notification. */
  messageAboutCharactersMax: 100,
  messageValueCharactersMax: 300,
  messageFactsMax: 10,
  messageLinkCharactersMax: 1_000,
  /** What the log keeps of a message that was sent. */
  messageBytesKept: 16 * 1024,
  /** Connections to the mail server at once; further messages wait for up to half of their deadline. */
  smtpConnectionsMax: 6,
  /** One reply of the mail server. */
  smtpReplyBytesMax: 64 * 1024,
  /** What is kept of an answer that a sealed URL was blacked out of. */
  sealedAnswerBytesKept: 4 * 1024,

  /** Monitors of one organization, whatever its tier. */
  monitorsMax: 10_000,
  cronCharactersMax: 100,
  timeZoneCharactersMax: 64,
  /** Slots of a cron expression lie no closer together. */
  monitorIntervalMsMin: 5 * MINUTE_MS,
  /** A slot comes later than its cron expression says: by up to this share of the time to the next one, at most `monitorOffsetMsMax`. */
  monitorOffsetShareMax: 0.1,
  monitorOffsetMsMax: 10 * MINUTE_MS,
  /** Runs under way that the schedule started; far below the run queue, which is everybody's. */
  monitorRunsMax: 50,
  /** How long the schedule rests at most before it looks again for what is due: the wall clock may be set meanwhile. */
  monitorLookMsMax: MINUTE_MS,
  /** The wait before a slot that the server or its store could not take is tried again: doubled each time, up to `monitorRetryMsMax`. */
  monitorRetryMsMin: SECOND_MS,
  monitorRetryMsMax: MINUTE_MS,
  /** How long the end of a run is waited for at once, and the rest before it is asked for again. */
  monitorFollowMs: 10 * SECOND_MS,
  monitorFollowRestMs: SECOND_MS,

  /** Alert rules of one organization: each is asked after each of its runs. */
  alertRulesMax: 200,
  alertRecipientsMax: 20,
  /** Expressions of alert rules that are judged one after the other before others have their turn. */
  alertExpressionsAtOnceMax: 10,
  /** Types that an alert names; of more it says how many there are. */
  alertNamesMax: 20,
  alertCooldownSecondsMax: (30 * DAY_MS) / SECOND_MS,

  pageSizeDefault: 50,
  pageSizeMax: 200,
  /** What a page of a list brings along; where rows are large it has fewer of them. */
  listBytesMax: 2 * 1024 * 1024,
  /** Attempts that a delivery is shown with: the last ones, of those that have been sent again by hand many times. */
  attemptsShownMax: 200,
  idempotencyKeyCharactersMax: 255,
  idempotencyMs: 24 * HOUR_MS,
  /** An API key that expires does so within this: ten years. */
  keyLifetimeMsMax: 3_650 * DAY_MS,
  /** A key's `last_used_at` is written at most this often. */
  keyTouchMs: 60 * SECOND_MS,
  /** Rows that one slice of the retention sweep removes. */
  retentionRowsPerSlice: 300,

  /** What a verb asks of a running server: documents of one command, how many at once, and how large one is. */
  clientDocumentsMax: 1_000,
  clientDocumentsAtOnceMax: 4,
  clientDocumentBytesMax: 64 * 1024 * 1024,
  clientTimeoutSecondsMax: DAY_MS / SECOND_MS,
  clientAnswerBytesMax: 32 * 1024 * 1024,
  /** How long an answer may take, beyond what the server was asked to wait. */
  clientAnswerMsMax: 30 * SECOND_MS,
  /** Requests for one answer, and the waits between them: doubled each time, up to `clientRetryMsMax`. */
  clientAttemptsMax: 6,
  clientRetryMsMin: 500,
  clientRetryMsMax: 10 * SECOND_MS,
  /** A server that does not wait with its answer is asked no sooner. */
  clientPollMsMin: SECOND_MS,
  /** What a Markdown summary shows: its readers take only so much. */
  summaryDocumentsMax: 200,
  summaryFindingsMax: 50,
} as const
