import type { Compiled } from '../validators/validator.ts'

/**
 * Configurations one worker keeps compiled, and the characters they were compiled from, over all of them. A compiled JSON
 * Schema takes up to about 45 bytes a character (GitHub's webhook schema: 401,279 characters, 17 MB), and lives in the
 * same heap as the run of whoever comes next.
 */
const CONFIGS_MAX = 64
const CONFIG_CHARACTERS_MAX = 1024 * 1024

/** Keeps what was used last, and disposes of what it drops. A single configuration over the bound is not kept at all. */
export function createCompiledCache(configsMax = CONFIGS_MAX, charactersMax = CONFIG_CHARACTERS_MAX) {
  // A Map iterates in the order of insertion: the first entry is the one unused for longest.
  const entries = new Map<string, { compiled: Compiled; characters: number }>()
  let characters = 0

  function drop(key: string): void {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    characters -= entry.characters
    if ('judge' in entry.compiled) entry.compiled.dispose?.()
  }

  return {
    get(key: string): Compiled | undefined {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.compiled
    },

    /** Answers whether it is kept; one that is not is the caller's to dispose of. */
    set(key: string, compiled: Compiled, textCharacters: number): boolean {
      drop(key)
      if (textCharacters > charactersMax) return false
      entries.set(key, { compiled, characters: textCharacters })
      characters += textCharacters
      for (const oldest of entries.keys()) {
        if (entries.size <= configsMax && characters <= charactersMax) break
        drop(oldest)
      }
      return true
    },
  }
}
