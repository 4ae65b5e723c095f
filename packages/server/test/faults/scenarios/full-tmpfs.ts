import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeDataDir } from '../../support/server-process.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'

export const fullTmpfs: Scenario = {
  name: 'full-tmpfs',
  what: 'a file system of a few megabytes is full while requests are in flight, then it has space again',
  run: runInside,
}

const INSIDE = fileURLToPath(new URL('../full-tmpfs/inside.ts', import.meta.url))
/** Root may mount by itself; others where the system lets them be root in a namespace of their own. */
const WAYS = [['--mount'], ['--map-root-user', '--mount']]

/** In a mount namespace: the file system is gone with the last process in it, however that ends. */
async function runInside({ size, seed, progress }: Setting): Promise<Outcome> {
  const mountPoint = makeDataDir()
  try {
    const way = WAYS.find((flags) => mayMount(flags, mountPoint.path))
    if (way === undefined) {
      return {
        figures: {},
        violations: [],
        skipped: 'this system does not let us mount a tmpfs in a namespace',
      }
    }
    const inside = spawn('unshare', [...way, process.execPath, INSIDE, mountPoint.path, size, String(seed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let last = ''
    createInterface(inside.stdout).on('line', (line) => {
      last = line
      if (!line.startsWith('{')) progress(line)
    })
    const [code] = (await once(inside, 'close')) as [number | null]
    if (code !== 0) throw new Error(`the process in the namespace ended with ${String(code)}`)
    return JSON.parse(last) as Outcome
  } finally {
    mountPoint.remove()
  }
}

function mayMount(flags: readonly string[], path: string): boolean {
  return spawnSync('unshare', [...flags, 'mount', '-t', 'tmpfs', 'tmpfs', path]).status === 0
}
