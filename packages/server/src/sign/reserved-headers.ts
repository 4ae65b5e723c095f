import { SCHEMES, WEBHOOK_ID_HEADER, WEBHOOK_TIMESTAMP_HEADER } from '@sealpost/receiver'

/** Lower-case names that a webhook's static headers may not bear, because each request sets them or HTTP depends on them. */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  WEBHOOK_ID_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
  ...SCHEMES.map(({ header }) => header.toLowerCase()),
  'content-type',
  'content-length',
  'content-encoding',
  'user-agent',
  'accept-encoding',
  'host',
  // Hop-by-hop and message framing (RFC 9110, section 7.6.1; RFC 9112, section 6): they would change how the request is read.
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'proxy-authorization',
])
