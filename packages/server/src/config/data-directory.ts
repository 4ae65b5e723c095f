import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** A new one holds signing secrets and what customers send. */
const OWNER_ONLY = 0o700

/**
 * Makes the data directory, with its parents, where it is not there yet. Throws an Error for a person's eyes when there
 * can be none, or when it cannot be written.
 */
export function makeDataDirectory(path: string): void {
  try {
    // One at a time: Node's `recursive` never returns where a parent is there and takes no directory, as in /proc.
    for (const missing of missingDirectories(path)) makeDirectory(missing)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const advice = 'Check who may write there, or choose another --data-dir.'
    throw new Error(`The data directory ${path} cannot be used: ${reason}. ${advice}`, { cause: error })
  }
  if (!isDirectory(path)) throw new Error(`${path} is not a directory. Choose another --data-dir.`)
}

/** The directory itself, or the nearest of its parents that is there. */
export function nearestExisting(path: string): string {
  let nearest = path
  while (!existsSync(nearest) && nearest !== dirname(nearest)) nearest = dirname(nearest)
  return nearest
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Outermost first. */
function missingDirectories(path: string): string[] {
  const existing = nearestExisting(path)
  const missing: string[] = []
  for (let directory = path; directory !== existing; directory = dirname(directory))
    missing.unshift(directory)
  return missing
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: OWNER_ONLY })
  } catch (error) {
    // Another verb may have made it in the meantime.
    if (!isDirectory(path)) throw error
  }
}
