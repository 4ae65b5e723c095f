import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { htmlText } from '../../core/html-text.ts'

/** Text that is HTML already. Made by the tag `markup` only. */
export interface Markup {
  readonly html: string
}

type Part = string | number | Markup | readonly Markup[]

/** Turn the words after them round, do something to a terminal that curl prints on, or cannot be in HTML at all. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * A template whose every value is escaped, except what this tag made itself. Not called `html`, because Prettier
 * would lay such templates out anew, and a stylesheet's hash would not survive that.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: strings.map((text, index) => text + rendered(parts[index] ?? '')).join('') }
}

function rendered(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') {
    const seen = String(part).replace(UNSEEN, (character) => (/\s/.test(character) ? ' ' : '\ufffd'))
    return htmlText(seen)
  }
  return 'html' in part ? part.html : part.map((each) => each.html).join('')
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid #8886; }
td { overflow-wrap: anywhere; }
td:first-child { min-width: 5em; }
td:last-child { min-width: 7em; }
code { font: .9em ui-monospace, monospace; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
`

/** The one stylesheet is named by its hash; nothing else loads, runs or frames the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export function page(title: string, body: Markup): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sealpost</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
}

export function sendPage(reply: FastifyReply, status: number, { html }: Markup): FastifyReply {
  return reply
    .code(status)
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .type('text/html; charset=utf-8')
    .send(html)
}
