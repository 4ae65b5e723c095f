import { LIMITS } from '../../core/limits.ts'
import type { Random } from '../../core/random.ts'
import type { RemoteClient } from '../remote/client.ts'
import { runFrom, type RunAnswer } from '../remote/run-answer.ts'
import type { DocumentLabels } from './target.ts'

/** What is said of every document of one command. */
export interface SubmitOptions {
  /** Slug or id. */
  workflow: string
  metadata: Readonly<Record<string, string>>
  /** Of a URL; a file's is among its labels. */
  subject: string | null
  random: Random
}

/** Hands in a document and gives its run, ended or not. Rejects with RemoteError or InterruptedError. */
export function submitDocument(
  client: RemoteClient,
  options: SubmitOptions,
  content: Uint8Array<ArrayBuffer>,
  labels: DocumentLabels,
): Promise<RunAnswer> {
  // A form, because it takes the bytes as they are. As the body itself, a JSON document that happens to look like an
  // envelope would be opened as one.
  const form = new FormData()
  form.append('file', new Blob([content]), '')
  for (const [name, text] of Object.entries({
    filename: labels.fileName,
    content_type: labels.contentType,
    subject: labels.subject,
    metadata: JSON.stringify(options.metadata),
  })) {
    if (text !== null) form.append(name, text)
  }
  return submit(client, options, form, {})
}

/** Has the server fetch a page and judge it. Rejects with RemoteError or InterruptedError. */
export async function submitUrl(
  client: RemoteClient,
  options: SubmitOptions,
  url: string,
): Promise<RunAnswer> {
  const { subject, metadata } = options
  const envelope = { url, ...(subject !== null && { subject }), metadata }
  // As application/json it would be a document to a workflow that judges no pages.
  const json = { 'content-type': 'application/vnd.sealpost.submission+json' }
  return submit(client, options, JSON.stringify(envelope), json)
}

async function submit(
  client: RemoteClient,
  { workflow, random }: SubmitOptions,
  body: FormData | string,
  headers: Record<string, string>,
): Promise<RunAnswer> {
  const { server, organization } = client.settings
  const answer = await client.send({
    method: 'POST',
    // Answered at once: whoever is interrupted from here on knows which run to wait for.
    path: `/api/v1/orgs/${organization}/workflows/${workflow}/runs/?wait=0`,
    // So that a document that is sent again after a broken connection is not judged again.
    headers: { ...headers, 'idempotency-key': Buffer.from(random.bytes(16)).toString('hex') },
    body,
    timeoutMs: LIMITS.clientAnswerMsMax,
  })
  return runFrom(answer, server)
}
