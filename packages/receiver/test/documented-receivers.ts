import { createHmac, timingSafeEqual } from 'node:crypto'

// The checks that both documentations tell a receiver to write, in the manner of someone who follows them to the letter.
// They share nothing with src/: what they accept is what our legacy headers must be.

/** Validibot's advice for Node. Throws on a header of another length, as timingSafeEqual does. */
export function validibotNodeReceiver(payload: Buffer, header: string, secret: string): boolean {
  const wanted = 'sha256=' + createHmac('sha256', secret).update(payload).digest('hex')
  return timingSafeEqual(Buffer.from(header), Buffer.from(wanted))
}

/** ValidGraph's advice, which takes what follows the first equals sign. */
export function validgraphNodeReceiver(payload: Buffer, header: string, secret: string): boolean {
  const [, hex = ''] = header.split('=')
  const wanted = createHmac('sha256', secret).update(payload.toString('utf8'), 'utf8').digest('hex')
  return timingSafeEqual(Buffer.from(hex), Buffer.from(wanted))
}

/** A receiver that throws answers 500, which is a refusal too. */
export function accepts(
  receiver: typeof validibotNodeReceiver,
  payload: Buffer,
  header: string,
  secret: string,
): boolean {
  try {
    return receiver(payload, header, secret)
  } catch {
    return false
  }
}
