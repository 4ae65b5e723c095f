import { LIMITS } from '../core/limits.ts'

/** What messages call the other side, for they are for the webhook's owner, and how much of a header is read. */
export const RECEIVER = { peer: 'Your server', headerBytesMax: LIMITS.responseHeaderBytesMax } as const
