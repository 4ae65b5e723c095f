import type { OwnFault } from '../core/own-fault.ts'

/** One way a request can fail, for the reference page. */
export interface ErrorEntry {
  /** What happened. */
  meaning: string
  /** What can be done about it. */
  remedy: string
}

/**
 * Every code for a request that got no answer, whoever made it. Codes are stable: callers may test for them. The messages
 * beside them (classify.ts) are for people and may change.
 */
export const NETWORK_ERRORS = {
  not_sent: {
    meaning:
      'A fault of this server kept the request from being made: it has no descriptors or memory left, or its own name ' +
      'servers or network are down.',
    remedy: 'Ask an operator to look into the server log and at /readyz.',
  },
  url_not_allowed: {
    meaning:
      'This server makes no requests to such a URL, for instance one with plain http. No connection was made.',
    remedy: 'Change the URL. An operator decides about plain http and private addresses.',
  },
  address_denied: {
    meaning:
      'The URL leads to an address or port that may not be reached, such as a private one. No request was sent.',
    remedy: 'Use a public address, or ask an operator to allow the range with --allow-cidr.',
  },
  dns_not_found: {
    meaning: 'The host name does not exist or has no address.',
    remedy: 'Check the spelling of the host name and its DNS records.',
  },
  dns_failed: {
    meaning: 'No name server could resolve the host name.',
    remedy:
      'Check the name servers of the domain. If all names fail like this, check those of the machine Sealpost runs on.',
  },
  connection_refused: {
    meaning: 'Nothing listens at that address and port.',
    remedy: 'Start the server there, or correct the port in the URL.',
  },
  connection_unreachable: {
    meaning: 'The network has no way to that address.',
    remedy: 'Check the DNS records of the host (an IPv6 address without IPv6 is common) and its routing.',
  },
  connection_timeout: {
    meaning: 'No connection was made in time.',
    remedy: 'Check firewalls, and that the server accepts connections.',
  },
  connection_reset: {
    meaning: 'The connection broke before an answer came. The server may have seen the request.',
    remedy: 'Look for a crash or a limit in the server or the proxy before it.',
  },
  connection_closed: {
    meaning: 'The server closed the connection without an answer. It may have seen the request.',
    remedy: 'Look for a crash or a timeout in the server or the proxy before it.',
  },
  tls_expired: {
    meaning: 'The certificate of the server has expired, or is not valid yet.',
    remedy: 'Renew the certificate, and check the clocks.',
  },
  tls_name_mismatch: {
    meaning: 'The certificate of the server is for another name.',
    remedy: 'Use the name in the certificate, or get one for this name.',
  },
  tls_untrusted: {
    meaning: 'The certificate of the server is not signed by an authority that this server trusts.',
    remedy: 'Send the whole chain, with intermediate certificates, or use a public certificate authority.',
  },
  tls_ip_as_name: {
    meaning:
      'The certificate of the server lists the IP address of the URL as a DNS name, which does not count.',
    remedy:
      'Get a certificate with the address as an IP address among its alternative names, or use a host name.',
  },
  tls_weak_key: {
    meaning:
      'A key of the server, or of an authority that its certificate is signed by, is too short to be safe.',
    remedy:
      'Use a certificate with an RSA key of 2048 bits or more, or an elliptic curve key of 224 bits or more.',
  },
  tls_weak_signature: {
    meaning: 'The certificate of the server is signed with SHA-1 or MD5, which can be forged.',
    remedy:
      'Get a certificate that is signed with SHA-256 or better, and send intermediate certificates that are, too.',
  },
  tls_client_certificate: {
    meaning: 'The server asks for a client certificate. Sealpost does not present one.',
    remedy:
      'Let this path in without a client certificate. The signature of each request already says who sent it.',
  },
  tls_version: {
    meaning: 'The server speaks no version of TLS that is safe: only TLS 1.1 or older.',
    remedy: 'Enable TLS 1.2 or 1.3 on the server, or on the proxy before it.',
  },
  http1_not_offered: {
    meaning: 'The server refuses HTTP/1.1 in the TLS handshake (ALPN). Sealpost speaks HTTP/1.1 only.',
    remedy: 'Enable HTTP/1.1 beside HTTP/2 on the server, or on the proxy before it.',
  },
  tls_failed: {
    meaning: 'The two servers could not agree on a secure connection.',
    remedy: 'Check that the port speaks TLS, version 1.2 or newer, with common ciphers.',
  },
  timeout: {
    meaning: 'The server accepted the connection, but no complete answer came in time.',
    remedy: 'Let the server answer sooner.',
  },
  malformed_response: {
    meaning: 'What came back is not an HTTP/1.1 answer.',
    remedy: 'Check that the URL leads to an HTTP server and not to another service.',
  },
  response_header_too_large: {
    meaning: 'The header of the answer is larger than this server reads.',
    remedy: 'Answer with fewer or smaller headers.',
  },
  request_invalid: {
    meaning: 'The request could not be made.',
    remedy: 'Read the message, and change what it names.',
  },
  send_failed: {
    meaning: 'The request failed in a way that has no code of its own.',
    remedy: 'Read the message. If it recurs, report it.',
  },
} as const satisfies Record<string, ErrorEntry>

export interface NetworkFailure {
  code: keyof typeof NETWORK_ERRORS
  /** A sentence or two in plain words. */
  message: string
  /** Of `not_sent`. */
  fault?: OwnFault
}
