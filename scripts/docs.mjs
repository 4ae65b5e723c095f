// Writes the pages of docs/ that are made from code, out of the compiled server: npm run docs. A test
// (packages/server/src/cli/pages.test.ts) fails when one is stale.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './project.mjs'

const PAGES = [
  {
    file: 'docs/reference/configuration.md',
    module: 'config/reference.js',
    render: 'renderConfigurationPage',
  },
  { file: 'docs/reference/cli.md', module: 'cli/reference.js', render: 'renderCliPage' },
  { file: 'docs/reference/carriers.md', module: 'cli/carriers-page.js', render: 'renderCarriersPage' },
  { file: 'docs/errors.md', module: 'cli/errors-page.js', render: 'renderErrorsPage' },
]

for (const { file, module, render } of PAGES) {
  const exports = await import(pathToFileURL(join(ROOT, 'packages/server/dist', module)).href)
  mkdirSync(dirname(join(ROOT, file)), { recursive: true })
  writeFileSync(join(ROOT, file), exports[render]())
  console.log(file)
}
