/** One way an attempt can fail, for the reference page. */
export interface AttemptErrorEntry {
  /** What happened. */
  meaning: string
  /** What its owner can do. */
  remedy: string
}

/**
 * Every code an attempt's error can bear. Codes are stable: callers may test for them. The messages beside them
 * (classify.ts) are for people and may change.
 */
export const ATTEMPT_ERRORS = {
  not_sent: {
    meaning:
      'This server could not prepare the request, or was just stopping. Nothing left this machine. It does not count against ' +
      'the webhook, and the delivery is tried again after an hour, later less often, without losing an attempt.',
    remedy:
      'Ask an operator to look into the server log. What is mended sooner can be sent again by hand; a test can be repeated.',
  },
  url_not_allowed: {
    meaning:
      'The URL of the webhook is one that this server does not send to, for instance plain http. No connection was made.',
    remedy: 'Change the URL. An operator decides about plain http and private addresses.',
  },
  address_denied: {
    meaning:
      'The URL leads to an address or port that webhooks may not reach, such as a private one. No request was sent.',
    remedy: 'Use a public address, or ask an operator to allow the range with --allow-cidr.',
  },
  dns_not_found: {
    meaning: 'The host name does not exist or has no address.',
    remedy: 'Check the spelling of the host name and its DNS records.',
  },
  dns_failed: {
    meaning: 'No name server could say where the host name leads.',
    remedy:
      'Check the name servers of the domain. If all webhooks fail like this, check those of this server.',
  },
  connection_refused: {
    meaning: 'Nothing listens at that address and port.',
    remedy: 'Start your server, or correct the port in the URL.',
  },
  connection_unreachable: {
    meaning: 'The network has no way to that address.',
    remedy: 'Check the DNS records of the host (an IPv6 address without IPv6 is common) and its routing.',
  },
  connection_timeout: {
    meaning:
      'No connection was made in time: your server did not answer, or all connections to it were in use.',
    remedy: 'Check firewalls, and whether your server answers its requests or lets them hang.',
  },
  connection_reset: {
    meaning: 'The connection broke before an answer came. Your server may have seen the request.',
    remedy: 'Look for a crash or a limit in your server or the proxy before it.',
  },
  connection_closed: {
    meaning: 'Your server closed the connection without an answer. It may have seen the request.',
    remedy: 'Look for a crash or a timeout in your server or the proxy before it.',
  },
  tls_expired: {
    meaning: 'The certificate of your server has expired, or is not valid yet.',
    remedy: 'Renew the certificate, and check the clocks.',
  },
  tls_name_mismatch: {
    meaning: 'The certificate of your server is for another name.',
    remedy: 'Use the name in the certificate, or get one for this name.',
  },
  tls_untrusted: {
    meaning: 'The certificate of your server is signed by nobody this server trusts.',
    remedy: 'Send the whole chain, with intermediate certificates, or use a public certificate authority.',
  },
  tls_failed: {
    meaning: 'A secure connection could not be agreed upon.',
    remedy: 'Check that the port speaks TLS, version 1.2 or newer.',
  },
  timeout: {
    meaning: 'Your server took the connection, but no complete answer came in time.',
    remedy: 'Answer with a 2xx status first and do the work afterwards.',
  },
  malformed_response: {
    meaning: 'What came back is not an HTTP/1.1 answer.',
    remedy: 'Check that the URL leads to an HTTP server and not to another service.',
  },
  response_header_too_large: {
    meaning: 'The header of the answer is larger than 16 KiB.',
    remedy: 'Answer with fewer or smaller headers.',
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
    meaning: 'Your server answered 429: too many requests. Its Retry-After is honoured.',
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
  request_invalid: {
    meaning: 'The request could not be made from the settings of the webhook.',
    remedy: 'Check its static headers.',
  },
  send_failed: {
    meaning: 'The request failed in a way that has no code of its own.',
    remedy: 'Read the message. If it recurs, report it.',
  },
} as const satisfies Record<string, AttemptErrorEntry>

export type AttemptErrorCode = keyof typeof ATTEMPT_ERRORS

/** The reference page `docs/errors.md`. */
export function renderAttemptErrorsPage(): string {
  const rows = Object.entries(ATTEMPT_ERRORS).map(
    ([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`,
  )
  return [
    '# Errors of attempts',
    '',
    'Each failed attempt bears one of these codes in `error.code`. The codes are stable; `error.message` says what happened in',
    'plain words and may change.',
    '',
    '| code | what happened | what to do |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
