import { NETWORK_ERRORS, type ErrorEntry } from '../net/network-errors.ts'

/** Every code for a page that could not be fetched, stable like those it shares with other requests. */
export const PAGE_ERRORS = {
  ...NETWORK_ERRORS,
  timeout: {
    meaning: 'The whole page did not arrive within 15 s, including all redirects.',
    remedy: 'Make the page faster or smaller, or submit its content instead of its URL.',
  },
  response_header_too_large: {
    meaning: 'The header of the answer is larger than 32 KiB.',
    remedy: 'Answer with fewer or smaller headers.',
  },
  redirect_invalid: {
    meaning: 'The server redirects, but it gives no address that can be read.',
    remedy: 'Let it name one URL in Location, or submit the URL of the page itself.',
  },
  too_many_redirects: {
    meaning: 'After 5 redirects there was still no page.',
    remedy: 'Look for a loop of redirects, or submit the URL at their end.',
  },
  http_client_error: {
    meaning: 'The server answered with a 4xx status: it has no such page, or does not show it to everybody.',
    remedy: 'Check the URL. A page behind a login can be submitted as a document.',
  },
  gone: {
    meaning: 'The server answered 410: the page is gone for good.',
    remedy: 'Submit another URL.',
  },
  rate_limited: {
    meaning: 'The server answered 429: too many requests.',
    remedy: 'Submit pages of this site less often, or raise its limit.',
  },
  http_server_error: {
    meaning: 'The server answered with a 5xx status.',
    remedy: 'Look into its logs, and submit the page again.',
  },
  http_unexpected_status: {
    meaning: 'The server answered with a status that does not fit a plain request for a page.',
    remedy: 'Open the URL in a browser, and let the server answer 200 with the page.',
  },
  content_type_not_supported: {
    meaning: 'By its Content-Type, the answer is neither HTML nor JSON.',
    remedy: 'Submit the URL of a page, or let the server name its type as text/html or application/ld+json.',
  },
  content_encoding_not_supported: {
    meaning: 'The page is packed in a way that was not asked for.',
    remedy: 'Let the server send gzip, br or nothing in Content-Encoding.',
  },
  content_encoding_broken: {
    meaning: 'The page is not packed the way its Content-Encoding says.',
    remedy: 'Look for a proxy that packs twice, or unpacks and keeps the header.',
  },
  page_too_large: {
    meaning: 'The page has more than 10 MB, unpacked.',
    remedy: 'Make the page smaller, or submit the part to be judged as a document.',
  },
  page_empty: {
    meaning: 'The server answered that all is well and sent an empty page.',
    remedy:
      'Open the URL in a browser, and let the server answer with the page, or with a status that says what is wrong.',
  },
  page_incomplete: {
    meaning: 'The connection ended before the whole page had arrived.',
    remedy: 'Submit it again. If it recurs, compare its Content-Length with what the server sends.',
  },
  host_busy: {
    meaning:
      'Other pages of the same host were being fetched the whole time. Only one page of a host is fetched at a time.',
    remedy: 'Submit pages of one site more slowly.',
  },
  fetches_busy: {
    meaning: 'This server was busy with other pages the whole time.',
    remedy: 'Submit the page again later. If it recurs, tell an operator.',
  },
  cancelled: {
    meaning: 'The run was cancelled before the page had arrived.',
    remedy: 'Nothing: nobody waits for the page any more.',
  },
  server_stopping: {
    meaning: 'This server was told to stop before the page had arrived.',
    remedy: 'Nothing: if the run was not judged because of this, it is judged at the next start.',
  },
} as const satisfies Record<string, ErrorEntry>

export type PageErrorCode = keyof typeof PAGE_ERRORS
