import { RE2JS } from '@bufbuild/re2'
import { writeOutUnicodeClasses } from './unicode-classes.ts'

/** A pattern's steps: each costs time at every character of the text. `x{200}` has 200. */
const PATTERN_STEPS_MAX = 500
/**
 * A compiled pattern grows with what it reads, by up to 3 KB a character, so what all of them may have read is bounded
 * before they are made anew. Making one takes about 0.15 ms.
 */
const CHARACTERS_READ_MAX = 20_000

/** Compiled patterns, in the form `celEnv` takes. */
export interface Patterns {
  /** Throws for a pattern that cannot be used. */
  compile(pattern: string): { test(text: string): boolean }
}

export function createPatterns(): Patterns {
  const known = new Map<string, RE2JS>()
  let charactersRead = 0

  /** What a text makes known patterns grow by, or a new pattern takes. */
  function spend(characters: number): void {
    charactersRead += characters
    if (charactersRead <= CHARACTERS_READ_MAX) return
    known.clear()
    charactersRead = 0
  }

  return {
    compile(pattern) {
      let compiled = known.get(pattern)
      if (compiled === undefined) {
        compiled = compilePattern(pattern)
        spend(pattern.length)
        known.set(pattern, compiled)
      }
      const found = compiled
      return {
        test(text) {
          spend(text.length)
          return found.test(text)
        },
      }
    },
  }
}

function compilePattern(pattern: string): RE2JS {
  const compiled = RE2JS.compile(writeOutUnicodeClasses(pattern), RE2JS.DISABLE_UNICODE_GROUPS)
  if (compiled.re2().prog.numInst() > PATTERN_STEPS_MAX) {
    throw new Error(`it has more than ${PATTERN_STEPS_MAX} steps`)
  }
  return compiled
}
