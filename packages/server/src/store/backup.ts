import type { Clock } from '../core/clock.ts'

/** What is asked of an engine that keeps everything in files of its own: a copy of them as they are at one moment. */
export interface BackupRequest {
  /** An empty file, which its owner made with the mode it is to have. */
  path: string
  clock: Clock
  /** Aborting it gives the copy up, with its reason. */
  signal: AbortSignal
  /** How much of the database's `bytes` is in the copy so far. */
  onCopied: (bytesCopied: number, bytes: number) => void
  /** Everything is in the copy, which is now read through. */
  onChecking: () => void
}

/** What a copy holds. */
export interface BackupContents {
  bytes: number
  schemaVersion: number
  organizations: number
  webhooks: number
  runs: number
  events: number
  deliveries: number
}
