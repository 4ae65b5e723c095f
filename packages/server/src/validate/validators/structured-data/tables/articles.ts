import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{article,discussion-forum,profile-page,factcheck}
// Google requires nothing of an Article; the four that are required here are those without which other readers
// (ValidGraph's list of critical properties) have nothing to show.

export const ARTICLES: Family = {
  Article: {
    required: ['headline', 'image', 'datePublished', 'author'],
    recommended: ['dateModified', 'publisher', 'description', 'mainEntityOfPage'],
    optional: ['articleSection', 'inLanguage', 'url'],
  },
  // What people post rarely has a headline or an image.
  DiscussionForumPosting: {
    required: ['author', 'datePublished', ['text', 'image', 'video', 'sharedContent']],
    recommended: ['headline', 'url', 'comment', 'interactionStatistic'],
    optional: ['dateModified', 'isPartOf'],
  },
  Comment: {
    required: [['text', 'image', 'video']],
    recommended: ['author', ['datePublished', 'dateCreated']],
    optional: ['dateModified', 'url'],
  },
  ClaimReview: {
    required: ['claimReviewed', 'reviewRating', 'url'],
    recommended: ['author', 'itemReviewed'],
    optional: ['datePublished'],
  },
}
