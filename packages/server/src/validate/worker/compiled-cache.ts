import { createSharedMap } from '../../core/shared-map.ts'
import type { Compiled } from '../validators/validator.ts'

/**
 * Configurations one worker keeps compiled, and the characters they were compiled from, over all of them. A compiled JSON
 * Schema takes up to about 45 bytes a character (GitHub's webhook schema: 401,279 characters, 17 MB), and lives in the
 * same heap as the run of whoever comes next.
 */
const CONFIGS_MAX = 64
const CONFIG_CHARACTERS_MAX = 1024 * 1024

/** Disposes of what it drops. A single configuration over the bound is not kept at all, and the caller's to dispose of. */
export function createCompiledCache(configsMax = CONFIGS_MAX, charactersMax = CONFIG_CHARACTERS_MAX) {
  return createSharedMap<Compiled>({
    entriesMax: configsMax,
    weightMax: charactersMax,
    onDrop: (compiled) => 'judge' in compiled && compiled.dispose?.(),
  })
}
