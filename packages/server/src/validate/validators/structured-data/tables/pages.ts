import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{breadcrumb,carousel}
// https://developers.google.com/search/docs/appearance/site-names

export const PAGES: Family = {
  BreadcrumbList: { required: ['itemListElement'], recommended: [], optional: [] },
  ItemList: {
    required: ['itemListElement'],
    recommended: [],
    optional: ['name'],
  },
  // The last item of a trail needs no address: it is the page itself.
  ListItem: { required: ['position', ['name', 'item', 'url']], recommended: [], optional: [] },
  WebSite: {
    required: ['name', 'url'],
    recommended: ['alternateName'],
    optional: ['potentialAction'],
  },
  WebPage: {
    required: [['name', 'headline']],
    recommended: ['description', 'url'],
    optional: ['breadcrumb', 'dateModified', 'mainEntity'],
  },
}
