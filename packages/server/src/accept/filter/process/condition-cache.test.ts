import { describe, expect, it } from 'vitest'
import type { Language } from '../../../cel/language.ts'
import { createConditionCache } from './condition-cache.ts'

/** A language whose conditions are all refused, and that tells what it compiled. */
function countingLanguage() {
  const compiled: string[] = []
  const language: Pick<Language, 'compile'> = {
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
    expect([cache.get(1, 'aaa'), cache.get(1, 'bbb'), cache.get(1, 'aaa')]).toEqual([
      { refused: 'aaa' },
      { refused: 'bbb' },
      { refused: 'aaa' },
    ])
    expect(compiled).toEqual(['aaa', 'bbb'])
  })

  it('drops what was used least recently, as much as it takes', () => {
    const { language, compiled } = countingLanguage()
    const cache = createConditionCache(language, 10)
    for (const text of ['aaa', 'bbb', 'ccc', 'aaa', 'dddd']) cache.get(1, text)
    compiled.length = 0
    for (const text of ['aaa', 'ccc', 'dddd']) cache.get(1, text)
    expect(compiled).toEqual([])
    cache.get(1, 'eeeeeee')
    for (const text of ['eeeeeee', 'ccc', 'aaa']) cache.get(1, text)
    expect(compiled).toEqual(['eeeeeee', 'ccc', 'aaa'])
  })

  it('is not emptied by another organization', () => {
    const { language, compiled } = countingLanguage()
    const cache = createConditionCache(language, 100)
    cache.get(1, 'own')
    for (let n = 0; n < 1_000; n++) cache.get(2, `other ${n}`)
    compiled.length = 0
    cache.get(1, 'own')
    expect(compiled).toEqual([])
  })

  it('answers for what is too long to keep', () => {
    const { language, compiled } = countingLanguage()
    const cache = createConditionCache(language, 10)
    const long = 'x'.repeat(11)
    expect([cache.get(1, long), cache.get(1, long)]).toEqual([{ refused: long }, { refused: long }])
    expect(compiled).toEqual([long, long])
  })
})
