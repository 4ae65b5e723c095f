import pino, { type DestinationStream } from 'pino'

/** Lines that wait for a slow reader of the log; more are dropped, because the server must not stand still for its log. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024

/**
 * Writes lines to a file descriptor without waiting for it. The lines of one turn of the event loop go out together: handed
 * over one by one, each costs as much as it takes to make it. When some were dropped, a line says how many.
 */
export function createLineFile(fd: number, waitingBytesMax = WAITING_BYTES_MAX): DestinationStream {
  const file = pino.destination({ dest: fd, sync: false, maxLength: waitingBytesMax })
  let gathered = ''
  let dropped = 0

  function handOver(): void {
    const lines = gathered
    gathered = ''
    if (lines !== '') file.write(lines)
  }

  file.on('drop', (lines: string) => (dropped += lines.split('\n').length - 1))
  file.on('drain', () => {
    if (dropped === 0) return
    const line = {
      level: 'warn',
      line: 'log',
      dropped,
      msg: 'the log was read too slowly: lines were dropped',
    }
    dropped = 0
    file.write(`${JSON.stringify(line)}\n`)
  })
  process.once('exit', () => {
    if (gathered === '') return
    handOver()
    file.flushSync()
  })

  return {
    write(line) {
      // A turn of the event loop is no matter of time; a simulation has another logger.
      // eslint-disable-next-line no-restricted-syntax -- see above
      if (gathered === '') setImmediate(handOver)
      gathered += line
    },
  }
}
