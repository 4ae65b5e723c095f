import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDirectory, nearestExisting } from '../../config/data-directory.ts'
import { messageOf } from '../message-of.ts'
import { ok, warning, wrong, type Check, type CheckResult } from './check.ts'

const KEY_FILE = 'secret.key'
const GIBIBYTE = 1024 ** 3
const FREE_BYTES_LOW = GIBIBYTE
const FREE_BYTES_MIN = GIBIBYTE / 16

/** Is the directory there, or can it be made; may we write in it; is there room; does nobody else read the key? */
export const checkDataDirectory: Check = async ({ settings }) => {
  const { dataDir } = settings
  if (!existsSync(dataDir)) return checkMissing(dataDir)
  if (!isDirectory(dataDir)) {
    return [wrong('data_directory', `${dataDir} is not a directory`, 'Choose another --data-dir.')]
  }
  if (!isWritable(dataDir)) {
    return [
      wrong('data_directory', `${dataDir} cannot be written`, 'Give it to the user that runs Sealpost.'),
    ]
  }
  const results = [ok('data_directory', `${dataDir} can be written`), checkFreeSpace(dataDir)]
  if (settings.secretKey === null) results.push(checkKeyFile(join(dataDir, KEY_FILE)))
  else results.push(ok('secret_key', 'The sealing key comes from the settings'))
  return results
}

function checkMissing(dataDir: string): CheckResult[] {
  const parent = nearestExisting(dataDir)
  if (!isDirectory(parent)) {
    const advice = 'Choose another --data-dir.'
    return [wrong('data_directory', `${dataDir} cannot be created: ${parent} is not a directory`, advice)]
  }
  if (!isWritable(parent)) {
    const advice = `Create it for the user that runs Sealpost, or choose another --data-dir.`
    return [wrong('data_directory', `${dataDir} does not exist, and ${parent} cannot be written`, advice)]
  }
  return [
    ok('data_directory', `${dataDir} does not exist yet; the first start creates it`),
    checkFreeSpace(parent),
  ]
}

function checkFreeSpace(directory: string): CheckResult {
  try {
    const { bavail, bsize } = statfsSync(directory)
    const bytes = bavail * bsize
    const detail = `${(bytes / GIBIBYTE).toFixed(1)} GiB are free`
    if (bytes < FREE_BYTES_MIN)
      return wrong('disk', detail, 'Make room: nothing is accepted when the disk is full.')
    if (bytes < FREE_BYTES_LOW) return warning('disk', detail, 'Make room, or shorten --retention.')
    return ok('disk', detail)
  } catch (error) {
    return warning('disk', `Free space is not known: ${messageOf(error)}`, 'Check the free space yourself.')
  }
}

function checkKeyFile(path: string): CheckResult {
  if (!existsSync(path)) return ok('secret_key', `${path} does not exist yet; the first start creates it`)
  const mode = statSync(path).mode & 0o777
  // Windows has no such bits: what it reports there says nothing.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const advice = `Run: chmod 600 ${path}`
    return wrong('secret_key', `${path} can be read by other users (mode ${mode.toString(8)})`, advice)
  }
  return ok('secret_key', `${path} is readable by its owner only`)
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
