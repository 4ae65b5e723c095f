import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderConfigurationPage } from '../config/reference.ts'
import { renderCarriersPage } from './carriers-page.ts'
import { renderErrorsPage } from './errors-page.ts'
import { renderCliPage } from './reference.ts'

test.each([
  { file: 'docs/reference/configuration.md', render: renderConfigurationPage },
  { file: 'docs/reference/cli.md', render: renderCliPage },
  { file: 'docs/reference/carriers.md', render: renderCarriersPage },
  { file: 'docs/errors.md', render: renderErrorsPage },
])('$file is up to date (`npm run docs` writes it anew)', ({ file, render }) => {
  expect(readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8')).toBe(render())
})
