import { existsSync } from 'node:fs'
import { isDirectory } from '../config/data-directory.ts'
import { describeOrigin } from '../config/layer.ts'
import type { LoadedSettings } from '../config/load.ts'
import type { StoreSurvey } from '../store/survey.ts'
import { CommandError } from './exit.ts'
import { whoAnswers } from './who-answers.ts'

/**
 * Keeps a verb from making a second data directory by mistake: a key made in it would open nothing. `first` may use a new
 * one, but only where nobody named another and no server runs on another. Throws CommandError.
 */
export async function checkDataDirectory(
  { settings, origins }: Pick<LoadedSettings, 'settings' | 'origins'>,
  use: 'first' | 'known',
  survey: Pick<StoreSurvey, 'exists'>,
): Promise<void> {
  const { dataDir } = settings
  if (existsSync(dataDir)) {
    if (!isDirectory(dataDir)) throw new CommandError(`${dataDir} is not a directory. ${NAME_IT}`)
    if (use === 'first' || survey.exists()) return
    throw new CommandError(`There is no Sealpost database in ${dataDir}. ${NAME_IT}`)
  }
  if (origins.dataDir.from !== 'default') {
    throw new CommandError(
      `The data directory ${dataDir} (from ${describeOrigin(origins.dataDir)}) does not exist. ` +
        'Check the path. `sealpost serve` with the same setting creates it.',
    )
  }
  if (use === 'known') throw new CommandError(`The data directory ${dataDir} does not exist. ${NAME_IT}`)
  if ((await whoAnswers(settings)).answer === 'sealpost') {
    throw new CommandError(
      `A server runs at ${settings.host}:${settings.port}, but it does not use ${dataDir}, which does not exist. ${NAME_IT}`,
    )
  }
}

const NAME_IT = 'Name the directory that the server uses: --data-dir DIR, or SEALPOST_DATA_DIR.'
