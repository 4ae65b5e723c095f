import { setTimeout as after } from 'node:timers/promises'

export function wait(milliseconds: number, options: { keepsAlive?: boolean } = {}): Promise<void> {
  return after(milliseconds, undefined, { ref: options.keepsAlive ?? true })
}
