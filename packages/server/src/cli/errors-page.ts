import { PAGE_ERRORS } from '../fetch/page-errors.ts'
import type { ErrorEntry } from '../net/network-errors.ts'
import { ATTEMPT_ERRORS } from '../send/attempt-errors.ts'

/** docs/errors.md: why a request of this server can fail, made by `npm run docs`. */
export function renderErrorsPage(): string {
  return `# Errors of requests

<!-- Generated from packages/server/src/{net/network,send/attempt,fetch/page}-errors.ts by \`npm run docs\`; change it there. -->

The codes are stable. The messages beside them say what happened in plain words and may change. "This server" is Sealpost;
"the server" is the one at the URL.

## Sending to a webhook

Each failed attempt has one of these codes in \`error.code\`. One of them, \`response_malformed\`, can also occur with a delivered attempt.

${renderTable(ATTEMPT_ERRORS)}

## Fetching a page

A run whose page could not be fetched ends as \`ERROR\`, with one finding that has one of these codes. If the page
redirected, the message begins with the URL it led to.

${renderTable(PAGE_ERRORS)}
`
}

function renderTable(entries: Readonly<Record<string, ErrorEntry>>): string {
  const rows = Object.entries(entries).map(
    ([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`,
  )
  return ['| code | what happened | what to do |', '| --- | --- | --- |', ...rows].join('\n')
}
