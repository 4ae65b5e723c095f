import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { LIMITS } from '../../core/limits.ts'
import { CommandError, VERDICT_EXIT } from '../exit.ts'
import { InterruptedError } from '../remote/remote-error.ts'
import { STANDARD_INPUT } from './target.ts'

const BYTES_MAX = LIMITS.clientDocumentBytesMax

/** What keeps a file from being read, as far as that can be told without reading it; null when nothing does. */
export async function unreadable(path: string): Promise<string | null> {
  if (path === STANDARD_INPUT) return null
  try {
    const found = await stat(path)
    if (found.isDirectory())
      return `${path} is a directory: name its files, such as ${path.replace(/\/+$/, '')}/*.json`
    if (found.size > BYTES_MAX) return tooLarge(path)
    await access(path, constants.R_OK)
    return null
  } catch (error) {
    return `${path} cannot be read: ${messageOf(error)}`
  }
}

/** The bytes of a file, or of standard input for `-`. Rejects with CommandError, or InterruptedError after `stop`. */
export async function readDocument(
  path: string,
  standardInput: Readable,
  stop: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Read as a stream, since a pipe or a device does not tell its size before.
    const source = path === STANDARD_INPUT ? standardInput : createReadStream(path)
    for await (const chunk of addAbortSignal(stop, source)) {
      const bytes = chunk as Buffer
      size += bytes.length
      if (size > BYTES_MAX) throw new CommandError(tooLarge(path), VERDICT_EXIT.error)
      chunks.push(bytes)
    }
  } catch (error) {
    if (stop.aborted) throw new InterruptedError('Interrupted.', { cause: error })
    if (error instanceof CommandError) throw error
    throw new CommandError(`${path} cannot be read: ${messageOf(error)}`, VERDICT_EXIT.error, {
      cause: error,
    })
  }
  if (size === 0) throw new CommandError(`${path} is empty: there is nothing to judge.`, VERDICT_EXIT.error)
  return new Uint8Array(Buffer.concat(chunks))
}

function tooLarge(path: string): string {
  return `${path} is larger than ${BYTES_MAX} bytes, the most that any server can be set to read.`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
