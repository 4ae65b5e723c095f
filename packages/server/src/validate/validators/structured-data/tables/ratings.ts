import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/review-snippet
// What is reviewed is required only where the review stands alone, and so is optional here.

export const RATINGS: Family = {
  AggregateRating: {
    required: ['ratingValue', ['ratingCount', 'reviewCount']],
    recommended: ['bestRating'],
    optional: [],
  },
  Rating: {
    required: ['ratingValue'],
    recommended: ['bestRating'],
    optional: [],
  },
  Review: {
    required: ['author', 'reviewRating'],
    recommended: ['datePublished'],
    optional: ['reviewBody', 'name'],
  },
}
