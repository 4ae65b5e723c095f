import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Memory that a process and those it has started hold, in MB (10^6 bytes). */
export function residentMegabytes(pid: number): number {
  const processes = process.platform === 'linux' ? fromProc() : fromPs()
  const family = new Set([pid])
  // A child may stand before its parent: look again until no more are found.
  for (let size = 0; size < family.size;) {
    size = family.size
    for (const { own, parent } of processes) if (family.has(parent)) family.add(own)
  }
  const kilobytes = processes
    .filter(({ own }) => family.has(own))
    .reduce((sum, { residentKib }) => sum + residentKib, 0)
  return (kilobytes * 1_024) / 1e6
}

interface ProcessRow {
  own: number
  parent: number
  residentKib: number
}

function fromProc(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const status = statusOf(name)
      const field = (key: string): number =>
        Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
      return status === '' ? [] : [{ own: Number(name), parent: field('PPid'), residentKib: field('VmRSS') }]
    })
}

/** Empty when it has ended since it was listed. */
function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

function fromPs(): ProcessRow[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [own = 0, parent = 0, residentKib = 0] = line.trim().split(/\s+/).map(Number)
      return { own, parent, residentKib }
    })
}
