import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A local web site of one page, whose owner is about to make a mistake. */
export interface Site {
  /** The page's. */
  url: string
  /** A new template goes live: the headline is not in its structured data any more. */
  loseHeadline(): void
  close(): Promise<void>
}

const ARTICLE = {
  '@context': 'https://schema.org',
  '@type': 'Article',
  headline: 'How a headline got lost',
  description: 'A page, before and after its template was changed.',
  image: ['https://blog.example.com/lost-headline.jpg'],
  datePublished: '2026-01-12T08:00:00Z',
  dateModified: '2026-01-13T09:30:00Z',
  author: {
    '@type': 'Person',
    name: 'Ada Example',
    url: 'https://blog.example.com/ada',
    jobTitle: 'Editor',
  },
  publisher: { '@id': 'https://blog.example.com/#publisher' },
  mainEntityOfPage: 'https://blog.example.com/lost-headline',
}

/** On a free loopback port. */
export async function startSite(): Promise<Site> {
  let article: Record<string, unknown> = ARTICLE
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(pageOf(article))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/blog/lost-headline`,
    loseHeadline() {
      const { headline, ...rest } = ARTICLE
      article = { ...rest, alternativeHeadline: headline }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function pageOf(article: Record<string, unknown>): string {
  return `<!doctype html>
<html lang="en">
<head>
<title>${ARTICLE.headline}</title>
<script type="application/ld+json">
${JSON.stringify(article, null, 2)}
</script>
</head>
<body><h1>${ARTICLE.headline}</h1><p>${ARTICLE.description}</p></body>
</html>
`
}
