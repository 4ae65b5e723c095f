/** Pages as shops have them: JSON-LD in the head, and for the larger one the markup of a list beside it. */

const PRODUCT = {
  '@context': 'https://schema.org',
  '@type': 'Product',
  name: 'Desk lamp',
  image: 'https://shop.example.com/lamp.jpg',
  description: 'A lamp for a desk, with a long arm.',
  sku: 'L-1',
  brand: { '@type': 'Brand', name: 'Lumen' },
  aggregateRating: { '@type': 'AggregateRating', ratingValue: 4.6, ratingCount: 31 },
  offers: {
    '@type': 'Offer',
    price: 39.9,
    priceCurrency: 'EUR',
    availability: 'https://schema.org/InStock',
    url: 'https://shop.example.com/lamp',
  },
}

/** About 2 KB. */
export function smallPage(): string {
  return pageWith('')
}

/** About 60 KB. */
export function largePage(): string {
  return pageWith(Array.from({ length: 230 }, (_, number) => itemOf(number)).join('\n'))
}

function itemOf(number: number): string {
  return `<li class="card card--wide"><a href="/lamp/${number}" title="Lamp number ${number}"><img src="/lamp/${number}.jpg" alt="" loading="lazy">
<span class="card__name">Lamp number ${number}</span> <span class="card__price">&euro; ${number}.90</span></a>
<button type="button" data-id="${number}" aria-label="Put lamp number ${number} into the basket">Buy</button></li>`
}

function pageWith(list: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Desk lamp</title>
<meta name="description" content="${PRODUCT.description}">
<link rel="stylesheet" href="/style.css">
<script>window.dataLayer = window.dataLayer || [];</script>
<script type="application/ld+json">${JSON.stringify(PRODUCT)}</script>
</head>
<body>
<nav><a href="/">Home</a> <a href="/lamps">Lamps</a> <a href="/contact">Contact</a></nav>
<main><h1>Desk lamp</h1><p>${PRODUCT.description}</p>
<ul>
${list}
</ul></main>
<footer><p>Prices include tax. ${'All of our lamps are made to last. '.repeat(20)}</p></footer>
</body>
</html>
`
}
