import type { Reaction } from '../receivers/receiver.ts'

const BODY = 'ok'

/** What a receiver writes for its answer. The status line is right; what is wrong behind it must change no outcome. */
export function answerBytes(status: number, { headers = {}, rest = 'right' }: Reaction): Buffer {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${status} Simulated\r\n${fields.join('')}`
  switch (rest) {
    case 'right':
      // A 204 has no body, and nothing that says how long it is.
      return Buffer.from(
        status === 204 ? `${head}\r\n` : `${head}content-length: ${BODY.length}\r\n\r\n${BODY}`,
      )
    case 'held':
      return Buffer.from(`${head}content-length: 1000\r\n\r\n${BODY}`)
    case 'malformed':
      return Buffer.from(`${head}Content-Length : 5\r\ncontent-length: 6\r\n folded\r\n\r\n${BODY}`)
  }
}
