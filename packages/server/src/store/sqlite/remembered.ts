import type { Connection } from './connection.ts'

/** Entries kept, and the JSON that was read for them; all are dropped when there is more. */
const ENTRIES_MAX = 10_000
/** Parsed, JSON takes up to fifteen times as much memory. */
const CHARACTERS_MAX = 4 * 1024 * 1024

/**
 * Rows that nearly every request asks for and that hardly ever change, such as its API key. Whoever writes such rows here
 * calls `forget`; what another process writes (the command line makes and revokes keys beside a running server) is
 * noticed in the next millisecond.
 */
export interface Remembered {
  /**
   * What `read` answered when it was last asked under this name. Null is not kept: anybody can ask for what is not there.
   * `charactersOf` weighs what a caller made as large as it liked.
   */
  find<Value extends object>(
    name: string,
    read: () => Value | null,
    charactersOf?: (value: Value) => number,
  ): Value | null
  forget(): void
}

export function createRemembered(connection: Connection, now: () => number): Remembered {
  /** Changes when another connection commits. https://sqlite.org/pragma.html#pragma_data_version */
  const selectVersion = connection.prepare<{ data_version: number }>('PRAGMA data_version')
  const entries = new Map<string, object>()
  let characters = 0
  let version = 0
  let checkedAt = Number.NaN

  function forget(): void {
    entries.clear()
    characters = 0
  }

  function check(): void {
    const at = now()
    if (at === checkedAt) return
    checkedAt = at
    const found = selectVersion.get()?.data_version ?? 0
    if (found !== version) forget()
    version = found
  }

  return {
    find<Value extends object>(
      name: string,
      read: () => Value | null,
      charactersOf: (value: Value) => number = () => 0,
    ): Value | null {
      check()
      const known = entries.get(name)
      // Under a name there is only ever what its own `read` answers.
      if (known !== undefined) return known as Value
      const found = read()
      if (found === null) return null
      const weight = charactersOf(found)
      if (entries.size >= ENTRIES_MAX || characters + weight > CHARACTERS_MAX) forget()
      entries.set(name, found)
      characters += weight
      return found
    },
    forget,
  }
}
