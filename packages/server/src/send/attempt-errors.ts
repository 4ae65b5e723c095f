import { NETWORK_ERRORS, type ErrorEntry } from '../net/network-errors.ts'

/** Every code an attempt's error can bear, stable like those it shares with other requests. */
export const ATTEMPT_ERRORS = {
  ...NETWORK_ERRORS,
  not_sent: {
    meaning:
      'A fault of this server, which does not count against the webhook. It has no descriptors, memory or ports left; its name ' +
      'servers, network or clock are at fault; it could not prepare the request; it stood still for a while; or it was just ' +
      'stopping. The delivery is tried again after a second, then after twice as long each time, up to a minute, without ' +
      'losing an attempt. Such attempts share one entry of the log, which counts them in `repeats`.',
    remedy:
      'Ask an operator to look at /readyz and the server log. When the fault is repaired, the delivery is sent by itself. You can repeat a test.',
  },
  timeout: {
    meaning: 'Your server accepted the connection, but no complete answer came in time.',
    remedy: 'Answer with a 2xx status first and do the work afterwards.',
  },
  malformed_response: {
    meaning:
      'The answer does not begin with a status line of HTTP/1.1 (or 1.0), or it is one interim answer (1xx) after another.',
    remedy: 'Check that the URL leads to an HTTP server and not to another service.',
  },
  response_malformed: {
    meaning:
      'Your server acknowledged with a 2xx status, but the rest of its answer breaks HTTP/1.1. The attempt counts as ' +
      'delivered and nothing is sent again. The connection is not used for another request.',
    remedy: 'Read the message and the logged answer. It costs you a new connection for each delivery.',
  },
  response_header_too_large: {
    meaning: 'The header of an interim answer (1xx) is larger than 16 KiB.',
    remedy: 'Answer with fewer or smaller headers.',
  },
  request_invalid: {
    meaning: 'The request could not be made from the settings of the webhook.',
    remedy: 'Check its static headers.',
  },
  redirect_not_followed: {
    meaning: 'Your server answered with a 3xx status. Redirects are never followed.',
    remedy: 'Change the URL of the webhook to the one it redirects to.',
  },
  http_client_error: {
    meaning: 'Your server answered with a 4xx status.',
    remedy: 'Read the logged answer; check the path, and the signing secret when it is 401 or 403.',
  },
  gone: {
    meaning: 'Your server answered 410: this endpoint is gone for good. The webhook is disabled.',
    remedy: 'Give it a new URL and enable it, or delete it.',
  },
  rate_limited: {
    meaning:
      'Your server answered 429: too many requests. Nothing is sent before the time in its Retry-After.',
    remedy: 'Raise the limit of your server.',
  },
  http_server_error: {
    meaning: 'Your server answered with a 5xx status.',
    remedy: 'Read the logged answer and the logs of your server.',
  },
  http_unexpected_status: {
    meaning: 'Your server answered with a status that HTTP does not define.',
    remedy: 'Answer with a 2xx status.',
  },
  smtp_try_later: {
    meaning:
      'E-mail channels: the mail server does not accept the message, or one of its recipients, for now (a 4xx reply).',
    remedy: 'Nothing at first: it is retried by the schedule. If it continues, read the logged reply.',
  },
  smtp_refused: {
    meaning: 'E-mail channels: the mail server refused the message or all of its recipients (a 5xx reply).',
    remedy:
      'Read the logged reply. Check the recipients, and that the mail server allows smtp_from as sender.',
  },
  smtp_login_refused: {
    meaning: 'E-mail channels: the mail server did not accept the user name and password.',
    remedy: 'An operator must correct the setting smtp_url. This does not count against the channel.',
  },
  smtp_not_secure: {
    meaning: 'E-mail channels: the mail server does not offer STARTTLS, and nothing is sent without it.',
    remedy:
      'An operator chooses smtps:// for a server that speaks TLS at once, or ?tls=off for one on a trusted network. It does not ' +
      'count against the channel.',
  },
} as const satisfies Record<string, ErrorEntry>

export type AttemptErrorCode = keyof typeof ATTEMPT_ERRORS
