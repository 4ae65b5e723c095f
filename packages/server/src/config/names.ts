import type { Setting } from './settings.ts'

type Named = Pick<Setting<unknown>, 'name'>

export const ENVIRONMENT_PREFIX = 'SEALPOST_'
/** Names the configuration file; not itself a setting. */
export const CONFIG_VARIABLE = 'SEALPOST_CONFIG'
export const CONFIG_FLAG = '--config'

/** `allow_http` → `--allow-http` */
export function flagOf(setting: Named): string {
  return `--${setting.name.replaceAll('_', '-')}`
}

/** `allow_http` → `SEALPOST_ALLOW_HTTP` */
export function variableOf(setting: Named): string {
  return ENVIRONMENT_PREFIX + setting.name.toUpperCase()
}

/** The variable that names a file with the value in it, as container secrets come. */
export function fileVariableOf(setting: Named): string {
  return `${variableOf(setting)}_FILE`
}

/** The known name that is at most two typing slips away, as `; did you mean …?`; '' when none is that near. */
export function suggestion(name: string, known: readonly string[]): string {
  let best: { name: string; distance: number } = { name: '', distance: 3 }
  for (const candidate of known) {
    const distance = editDistance(name, candidate)
    if (distance < best.distance) best = { name: candidate, distance }
  }
  return best.name === '' ? '' : `; did you mean ${best.name}?`
}

/** Levenshtein's: insertions, deletions and replacements that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
