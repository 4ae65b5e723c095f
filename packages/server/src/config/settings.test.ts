import { expect, test } from 'vitest'
import { SETTING_KEYS, SETTINGS } from './settings.ts'

test('every setting has a name of its own and one sentence that says what it is', () => {
  expect(new Set(SETTING_KEYS.map((key) => SETTINGS[key].name)).size).toBe(SETTING_KEYS.length)
  for (const key of SETTING_KEYS) {
    expect(SETTINGS[key].name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(SETTINGS[key].description).toMatch(/^[A-Z].*\.$/)
  }
})
