/**
 * What scenarios/full-tmpfs.ts runs in a mount namespace: mounts a small file system and has the scenario of a full disk
 * on it. Prints progress, and last the outcome as one line of JSON.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createSeededRandom } from '../../support/virtual-clock.ts'
import { fillAndFree, type Disk } from '../scenarios/full-disk.ts'
import type { Setting } from '../scenario.ts'
import { openWorld } from '../world.ts'

const [mountPoint = '', size, seed] = process.argv.slice(2)
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', mountPoint])
if (mounted.status !== 0) throw new Error(mounted.stderr.toString())

const dataDir = join(mountPoint, 'data')
mkdirSync(dataDir)
const world = await openWorld({ dataDir })
const setting: Setting = {
  size: size === 'full' ? 'full' : 'slice',
  seed: Number(seed),
  random: createSeededRandom(Number(seed)),
  progress: (text) => console.log(text),
}
const outcome = await fillAndFree(world, diskOf(join(mountPoint, 'filler')), setting)
await world.close()
console.log(JSON.stringify(outcome))

function diskOf(filler: string): Disk {
  return {
    async fill() {
      const file = openSync(filler, 'w')
      // By the page, so that not one is left.
      const page = Buffer.alloc(4096)
      try {
        for (;;) writeSync(file, page)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    async free() {
      rmSync(filler)
    },
  }
}
