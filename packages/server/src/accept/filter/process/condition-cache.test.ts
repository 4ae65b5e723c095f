import { describe, expect, it } from 'vitest'
import type { Language } from '../../../cel/language.ts'
import { createConditionCache } from './condition-cache.ts'

/** A language whose conditions are all refused, and that tells what it compiled. */
function countingLanguage() {
  const compiled: string[] = []
  const language: Language = {
    compile(text) {
      compiled.push(text)
      return { refused: text }
    },
  }
  return { language, compiled }
}

describe('createConditionCache', () => {
  it('compiles what it knows no second time', () => {
    const { language, compiled } = countingLanguage()
    const cache = createConditionCache(language, 10)
    expect([cache.get('aaa'), cache.get('bbb'), cache.get('aaa')]).toEqual([
      { refused: 'aaa' },
      { refused: 'bbb' },
      { refused: 'aaa' },
    ])
    expect(compiled).toEqual(['aaa', 'bbb'])
  })

  it('drops what was used least recently, as much as it takes', () => {
    const { language, compiled } = countingLanguage()
    const cache = createConditionCache(language, 10)
    for (const text of ['aaa', 'bbb', 'ccc', 'aaa', 'dddd']) cache.get(text)
    compiled.length = 0
    for (const text of ['aaa', 'ccc', 'dddd']) cache.get(text)
    expect(compiled).toEqual([])
    cache.get('eeeeeee')
    for (const text of ['eeeeeee', 'ccc', 'aaa']) cache.get(text)
    expect(compiled).toEqual(['eeeeeee', 'ccc', 'aaa'])
  })

  it('answers for what is too long to keep', () => {
    const { language, compiled } = countingLanguage()
    const cache = createConditionCache(language, 10)
    const long = 'x'.repeat(11)
    expect([cache.get(long), cache.get(long)]).toEqual([{ refused: long }, { refused: long }])
    expect(compiled).toEqual([long, long])
  })
})
