/** What a test and the code that it has loaded into a server say to each other. */

export const KILL_POINT_VARIABLE = 'FAULT_KILL_POINT'
export const CLOCK_OFFSET_VARIABLE = 'FAULT_CLOCK_OFFSET_MS'
export const HURRY_VARIABLE = 'FAULT_HURRY'
/** The data directory; notes in it how much of the log was forced. */
export const DISK_VARIABLE = 'FAULT_DISK'

/** An exact point in a server's work with its database. */
export interface KillPoint {
  /** Source of a regular expression: the statements that the point is about. */
  sql: string
  /**
   * statement     — one of them has run, and its transaction is open
   * before commit — a transaction that holds one is about to be committed
   * after commit  — it is committed, perhaps not forced to the disk, and nobody has been told
   */
  at: 'statement' | 'before commit' | 'after commit'
  /** The how manieth time kills; from 1. */
  count: number
  /** What the server does before it is told `Arm` does not count. */
  waitsForArm?: boolean
}

/** From now on the kill point counts. Answered with the same. */
export interface Arm {
  arm: true
}

/** Told over the channel of a server that has `control.ts` loaded; answered with the same when it holds. */
export interface Control {
  /** The wall clock reads so much more than the machine's. */
  clockOffsetMs?: number
  /** The database can take no further page. */
  databaseFull?: boolean
  /** What becomes of forcing the log to the disk. Only told alone, to a server that has `disk.ts` loaded. */
  disk?: Disk
}

export type Disk = 'well' | 'hangs' | 'fails'
