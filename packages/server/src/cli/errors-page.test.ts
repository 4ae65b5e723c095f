import { describe, expect, it } from 'vitest'
import { PAGE_ERRORS } from '../fetch/page-errors.ts'
import { ATTEMPT_ERRORS } from '../send/attempt-errors.ts'
import { renderErrorsPage } from './errors-page.ts'

const [, attempts = '', pages = ''] = renderErrorsPage().split(/^## /m)

describe.each([
  { section: attempts, title: 'Sending to a webhook', entries: ATTEMPT_ERRORS },
  { section: pages, title: 'Fetching a page', entries: PAGE_ERRORS },
])('$title', ({ section, title, entries }) => {
  it.each(Object.entries(entries))('%s is a code with two sentences', (code, { meaning, remedy }) => {
    expect(code).toMatch(/^[a-z0-9]+(?:_[a-z0-9]+)*$/)
    for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z][^|\n]*\.$/)
  })

  it('has a row for every code and no other', () => {
    expect(section.startsWith(`${title}\n`)).toBe(true)
    for (const [code, { meaning, remedy }] of Object.entries(entries)) {
      expect(section).toContain(`| \`${code}\` | ${meaning} | ${remedy} |\n`)
    }
    expect(section.match(/^\| `/gm)).toHaveLength(Object.keys(entries).length)
  })
})
