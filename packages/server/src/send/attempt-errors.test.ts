import { expect, it } from 'vitest'
import { ATTEMPT_ERRORS, renderAttemptErrorsPage } from './attempt-errors.ts'

it.each(Object.entries(ATTEMPT_ERRORS))('%s is a code with two sentences', (code, { meaning, remedy }) => {
  expect(code).toMatch(/^[a-z0-9]+(?:_[a-z0-9]+)*$/)
  for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z][^|\n]*\.$/)
})

it('the reference page has a row for every code', () => {
  const page = renderAttemptErrorsPage()
  for (const [code, { meaning, remedy }] of Object.entries(ATTEMPT_ERRORS)) {
    expect(page).toContain(`| \`${code}\` | ${meaning} | ${remedy} |\n`)
  }
  expect(page.match(/^\| `/gm)).toHaveLength(Object.keys(ATTEMPT_ERRORS).length)
  expect(page.endsWith('|\n')).toBe(true)
})
