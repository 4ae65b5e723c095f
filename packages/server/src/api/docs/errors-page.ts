import { PROBLEMS } from '../../core/errors.ts'
import { markup, page, type Markup } from '../pages/markup.ts'

/** Where the `type` of a problem leads: every code with its status and meaning, each under its own fragment. */
export function errorsPage(): Markup {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) => markup`
<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}.</td></tr>`,
  )
  return page(
    'Error codes',
    markup`<p>Every refusal of the API is a problem document (RFC 9457). Programs should branch on its <code>code</code>.</p>
<table>
<thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows}
</tbody>
</table>`,
  )
}
