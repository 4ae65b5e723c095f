import { randomBytes } from 'node:crypto'

/** Chance as the engine sees it; injected so that a simulated run can be repeated from its seed. */
export interface Random {
  /** `length` bytes fit for keys and ids. */
  bytes(length: number): Buffer
  /** A number in [0, 1), for jitter. */
  fraction(): number
}

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => Math.random(),
}
