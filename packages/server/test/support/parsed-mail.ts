/** A message read back, as far as tests compare it: RFC 5322 headers, RFC 2047 words and RFC 2046 parts. */
export interface ParsedMail {
  /** By lower-case name, unfolded and decoded; a repeated one keeps its first value. */
  headers: Record<string, string>
  /** How many lines each header name begins. */
  counts: Record<string, number>
  /** Of the parts, by content type; of a message without parts, its own. */
  bodies: Record<string, string>
}

export function parseMail(raw: string): ParsedMail {
  const { headers, counts, body } = split(raw)
  return { headers, counts, bodies: bodiesOf(headers, body) }
}

function bodiesOf(headers: Record<string, string>, body: string): Record<string, string> {
  const type = headers['content-type'] ?? 'text/plain'
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1]
  if (boundary === undefined) {
    return { [type.split(';')[0] ?? '']: decode(body, headers['content-transfer-encoding'] ?? '7bit') }
  }
  const parts = body.split(`--${boundary}`).slice(1, -1)
  return Object.assign(
    {},
    ...parts.map((part) => {
      const { headers: inner, body: content } = split(part.replace(/^\r\n/, ''))
      return bodiesOf(inner, content)
    }),
  ) as Record<string, string>
}

function split(raw: string) {
  const end = raw.indexOf('\r\n\r\n')
  const headers: Record<string, string> = {}
  const counts: Record<string, number> = {}
  for (const line of raw
    .slice(0, end)
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n')) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    headers[name] ??= decodeWords(line.slice(line.indexOf(':') + 1).trim())
    counts[name] = (counts[name] ?? 0) + 1
  }
  return { headers, counts, body: raw.slice(end + 4) }
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_word, encoding: string, content: string) =>
      encoding.toUpperCase() === 'B'
        ? Buffer.from(content, 'base64').toString('latin1')
        : unquote(content.replaceAll('_', ' ')),
    )
    .replace(/[\u0080-\u00ff]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'))
}

function decode(body: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8')
    case 'quoted-printable':
      return Buffer.from(unquote(body.replace(/=\r\n/g, '')), 'latin1').toString('utf8')
    default:
      return body
  }
}

function unquote(text: string): string {
  return text.replace(/=([0-9A-F]{2})/gi, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
