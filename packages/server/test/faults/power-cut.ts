import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/core/random.ts'
import { checkpointOf } from './checkpoint.ts'
import { databasePath, FRAME_BYTES, LOG_HEADER_BYTES, logOf, logPath, type LogFile } from './log-file.ts'

/**
 * Makes of what kill -9 left what a power cut would: of the log that was written and never forced nothing is sure to be there.
 * The disk may have kept none of it, zeros in its place, or parts of it out of order. What a checkpoint began to copy was forced
 * by the checkpoint itself. Answers how many frames of committed work are gone.
 */
export function cutPower(dataDir: string, random: Random): number {
  const written = logOf(dataDir)
  if (written === null) return 0
  const kept = Math.min(
    Math.max(forcedFrames(dataDir, written), checkpointOf(dataDir).attempted),
    written.frames,
  )
  const file = openSync(logPath(dataDir), 'r+')
  try {
    lose(file, LOG_HEADER_BYTES + kept * FRAME_BYTES, random)
  } finally {
    closeSync(file)
  }
  rmSync(`${databasePath(dataDir)}-shm`, { force: true })
  return written.frames - kept
}

/** A log that began anew and was not forced since has nothing in it that is sure to be there. */
function forcedFrames(dataDir: string, { salt }: LogFile): number {
  const path = join(dataDir, 'forced.json')
  const forced = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LogFile | null) : null
  return forced?.salt === salt ? forced.frames : 0
}

function lose(file: number, from: number, random: Random): void {
  const { size } = fstatSync(file)
  if (size <= from) return
  const way = random.fraction()
  if (way < 1 / 3) {
    ftruncateSync(file, from)
  } else {
    const lost = way < 2 / 3 ? size - from : Math.min(FRAME_BYTES, size - from)
    writeSync(file, Buffer.alloc(lost), 0, lost, from)
  }
}
