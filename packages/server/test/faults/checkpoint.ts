import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How far the write-ahead log has been copied into the database, as its index tells, in frames. */
export interface Checkpoint {
  copied: number
  /** How far the copying that began last was to get. */
  attempted: number
}

// Offsets of nBackfill and nBackfillAttempted: https://www.sqlite.org/walformat.html, section 2.2
const COPIED_AT = 96
const ATTEMPTED_AT = 128

/** Of the database of a server that runs, or that has been killed and left the index behind. */
export function checkpointOf(dataDir: string): Checkpoint {
  const index = readFileSync(join(dataDir, 'sealpost.db-shm'))
  return { copied: index.readUInt32LE(COPIED_AT), attempted: index.readUInt32LE(ATTEMPTED_AT) }
}

/** Whether a copying has begun since `before` that had not ended `after`. Opening a database writes both anew. */
export function isCutShort(before: Checkpoint, after: Checkpoint): boolean {
  return after.attempted !== before.attempted && after.copied < after.attempted
}
