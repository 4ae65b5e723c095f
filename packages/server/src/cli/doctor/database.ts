import { readRunningServer, type RunningServer } from '../../config/running-server.ts'
import type { StoreSurvey } from '../../store/survey.ts'
import { messageOf } from '../message-of.ts'
import { ok, wrong, type Check, type CheckResult } from './check.ts'

/** Does the database open, is it whole, and does a server run on it? */
export const checkDatabase: Check = async ({ survey }) => {
  if (!survey.exists())
    return [ok('database', `${survey.place} does not exist yet; the first start creates it`)]
  return [await checkWhole(survey), checkServer(survey)]
}

async function checkWhole(survey: StoreSurvey): Promise<CheckResult> {
  const { place } = survey
  const advice = 'Restore it from a backup.'
  try {
    const { schemaVersion, faults } = await survey.integrity()
    if (faults.length === 0) return ok('database', `${place} is whole (schema version ${schemaVersion})`)
    return wrong('database', `${place} is damaged: ${faults.join('; ')}`, advice)
  } catch (error) {
    return wrong('database', `${place} cannot be opened: ${messageOf(error)}`, advice)
  }
}

function checkServer(survey: StoreSurvey): CheckResult {
  try {
    return survey.isServed()
      ? ok('server', 'A server runs on this data directory')
      : ok('server', 'No server runs on this data directory')
  } catch (error) {
    const advice = `Remove ${survey.serverMark} when no server runs.`
    return wrong('server', `${survey.serverMark} cannot be read: ${messageOf(error)}`, advice)
  }
}

/** The server that runs on this data directory, as it described itself at its start; null when none does. */
export function runningServerOn(dataDir: string, survey: StoreSurvey): RunningServer | null {
  try {
    return survey.isServed() ? readRunningServer(dataDir) : null
  } catch {
    // checkDatabase says what is wrong with the lock.
    return null
  }
}
