import { LIMITS } from '../core/limits.ts'

/** What is read of a receiver's answer, and what messages call it: they are for the webhook's owner. */
export const RECEIVER = {
  peer: 'Your server',
  headerBytesMax: LIMITS.responseHeaderBytesMax,
  answerBytesMax: 4 * (LIMITS.responseBytesMax + LIMITS.responseHeaderBytesMax),
} as const
