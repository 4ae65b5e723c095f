/** One request as a server reads it. */
export interface ReadRequest {
  path: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
}

const HEAD_END = '\r\n\r\n'

/** Gathers the bytes of a connection into requests. Those it is given are well made: it reads what our own sender writes. */
export function createRequestReader(onRequest: (request: ReadRequest) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0)

  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const headEnd = rest.indexOf(HEAD_END)
      if (headEnd < 0) return
      const [requestLine = '', ...lines] = rest.toString('latin1', 0, headEnd).split('\r\n')
      const headers = Object.fromEntries(
        lines.map((line) => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
        }),
      )
      const bodyAt = headEnd + HEAD_END.length
      const end = bodyAt + Number(headers['content-length'])
      if (rest.length < end) return
      const body = Buffer.from(rest.subarray(bodyAt, end))
      rest = rest.subarray(end)
      onRequest({ path: requestLine.split(' ')[1] ?? '', headers, body })
    }
  }
}
