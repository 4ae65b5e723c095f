import { connect } from 'node:net'
import { readAnswer, type Answer } from './read-answer.ts'
import { copyTemplate, fillTemplate, type RequestTemplate } from './request-template.ts'

/** One kept-alive connection, one request at a time. */
export interface Client {
  /** Sends the request that brings the events from `first` on, due at `dueAt` (microseconds). Not before the last answer. */
  send(first: number, dueAt: number): void
  close(): void
}

export interface ClientOptions {
  port: number
  template: RequestTemplate
  groups: number
  /** Every request ends with one of these. */
  onAnswer: (outcome: RequestOutcome, client: Client) => void
  /** The connection is gone, whether or not a request was on it. */
  onLost: (reason: string) => void
}

export interface RequestOutcome {
  dueAt: number
  accepted: number
  /** Whatever was not accepted, for whatever reason. */
  refused: number
  /** In words, when something was refused. */
  reason: string | null
}

const REASON_CHARACTERS_MAX = 300

export function openClient({ port, template, groups, onAnswer, onLost }: ClientOptions): Promise<Client> {
  const own = copyTemplate(template)
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let sentDueAt = 0
  let rest: Buffer | null = null

  const client: Client = {
    send(first, dueAt) {
      fillTemplate(own, first, dueAt, groups)
      sentDueAt = dueAt
      socket.write(own.bytes)
    },
    close: () => void socket.destroy(),
  }
  socket.on('data', (chunk: Buffer) => {
    const bytes: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
    const answer = readAnswer(bytes)
    rest = answer === null ? bytes : null
    if (answer !== null) onAnswer({ ...judge(answer, bytes, own.events), dueAt: sentDueAt }, client)
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.on('error', ({ message }) => onLost(message))
    socket.on('end', () => onLost('the server closed the connection'))
    socket.once('connect', () => resolve(client))
  })
}

/** A batch may be accepted in part: its answer has a row for each event, with an id when the event was accepted. */
function judge(
  { status, bodyAt, end }: Answer,
  bytes: Buffer,
  events: number,
): Omit<RequestOutcome, 'dueAt'> {
  const isAccepted = status >= 200 && status < 300
  if (isAccepted && events === 1) return { accepted: 1, refused: 0, reason: null }
  const body = bytes.toString('utf8', bodyAt, end)
  const accepted = isAccepted ? acceptedRows(body) : 0
  const reason = accepted < events ? `${status} ${body.slice(0, REASON_CHARACTERS_MAX)}` : null
  return { accepted, refused: events - accepted, reason }
}

function acceptedRows(body: string): number {
  const { results } = JSON.parse(body) as { results: { id?: unknown }[] }
  return results.filter(({ id }) => typeof id === 'string').length
}
