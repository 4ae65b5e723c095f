import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isDirectory } from '../../config/data-directory.ts'
import { CommandError } from '../exit.ts'

/** Of the files that SQLite makes beside one while it works on it. */
const SQLITE_ENDINGS = ['-journal', '-wal', '-shm']

/** Where a copy is written, until it is whole and takes its name. */
export interface Target {
  /** `FILE.partial`: empty, and readable by its owner only. */
  partial: string
  /** The file's own absolute path. */
  path: string
  /** Gives the copy its name, so that it is found whole or not at all, after a power cut too. */
  finish(): void
  /** Removes what was written. */
  discard(): void
}

export interface TargetOptions {
  dataDir: string
  /** Replace a file that is there. */
  force: boolean
}

/** Throws CommandError where there can be no such file, or where one must not be replaced. */
export function createTarget(file: string, { dataDir, force }: TargetOptions): Target {
  const directory = directoryOf(file)
  const path = join(directory, basename(file))
  const partial = `${path}.partial`
  if (isDirectory(path)) throw new CommandError(`${path} is a directory. Name a file in it.`)
  // Where --force could replace the database itself, or its key.
  if (existsSync(dataDir) && directory === realpathSync(dataDir)) {
    throw new CommandError(
      `${directory} is the data directory. A backup there would be lost with it. Choose another place.`,
    )
  }
  const refuseToReplace = (): void => {
    if (!force && existsSync(path)) {
      throw new CommandError(`${path} exists already. Choose another name, or replace it with --force.`)
    }
  }
  refuseToReplace()
  const inode = createEmpty(partial, force)

  function discard(): void {
    for (const ending of ['', ...SQLITE_ENDINGS]) rmSync(partial + ending, { force: true })
  }

  return {
    path,
    partial,
    finish() {
      const copy = openSync(partial, 'r+')
      try {
        // What another backup with --force is writing by that name is not what was checked.
        if (fstatSync(copy).ino !== inode) throw new CommandError(`Another backup replaced ${partial}.`)
        fsyncSync(copy)
      } finally {
        closeSync(copy)
      }
      refuseToReplace()
      renameSync(partial, path)
      syncDirectory(directory)
    },
    discard,
  }
}

function directoryOf(file: string): string {
  const directory = dirname(resolve(file))
  if (isDirectory(directory)) return realpathSync(directory)
  throw new CommandError(`There is no directory ${directory}. Create it, or choose another place.`)
}

/** Its inode. */
function createEmpty(partial: string, force: boolean): number {
  try {
    if (force) rmSync(partial, { force: true })
    const file = openSync(partial, 'wx', 0o600)
    const { ino } = fstatSync(file)
    closeSync(file)
    return ino
  } catch (error) {
    if (existsSync(partial)) {
      throw new CommandError(
        `${partial} exists: another backup is writing it, or one was interrupted. If it was interrupted, use --force or remove the file.`,
      )
    }
    throw new CommandError(`${partial} cannot be written: ${(error as Error).message}`)
  }
}

/** Windows has no such call. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
