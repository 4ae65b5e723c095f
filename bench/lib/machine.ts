import { spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, openSync, statfsSync, writeSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { makeWorkFolder } from './work-folder.ts'

/** What a figure of this run must be read with. */
export interface Machine {
  processor: string
  threads: number
  memoryGigabytes: number
  system: string
  node: string
  /** Version, or null when there is no redis-server on the PATH. */
  redis: string | null
  /** To write 4 KiB and force it to the disk where the data directories are, milliseconds, median. */
  fsyncMs: number
  diskFreeGigabytes: number
}

const FSYNCS = 51
const PAGE_BYTES = 4_096

export function describeMachine(): Machine {
  const processors = cpus()
  const folder = makeWorkFolder('disk')
  const { bavail, bsize } = statfsSync(folder.path)
  const machine: Machine = {
    processor: processors[0]?.model.trim() ?? 'unknown',
    threads: processors.length,
    memoryGigabytes: totalmem() / 1e9,
    system: `${type()} ${release()} ${process.arch}`,
    node: process.version,
    redis: redisVersion(),
    fsyncMs: measureFsync(join(folder.path, 'fsync')),
    diskFreeGigabytes: (bavail * bsize) / 1e9,
  }
  folder.remove()
  return machine
}

function redisVersion(): string | null {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  return status === 0 ? (/v=(\S+)/.exec(stdout)?.[1] ?? 'unknown') : null
}

function measureFsync(path: string): number {
  const file = openSync(path, 'w')
  const page = Buffer.alloc(PAGE_BYTES, 1)
  const times = Array.from({ length: FSYNCS }, () => {
    const startedAt = performance.now()
    writeSync(file, page)
    fsyncSync(file)
    return performance.now() - startedAt
  })
  closeSync(file)
  return times.sort((one, other) => one - other)[Math.floor(FSYNCS / 2)] ?? 0
}
