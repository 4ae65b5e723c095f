import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{product-snippet,merchant-listing,software-app}
// Google's product snippet asks for one of offers, review and aggregateRating; here, as in ValidGraph's list of critical
// properties, an offer is required, and a rating or review beside it.

export const PRODUCTS: Family = {
  Product: {
    required: ['name', 'image', 'offers', ['aggregateRating', 'review']],
    recommended: ['description', 'brand', 'sku', ['gtin', 'gtin8', 'gtin12', 'gtin13', 'gtin14', 'mpn']],
    optional: ['category', 'color', 'url'],
  },
  // Offers and images are those of its variants.
  ProductGroup: {
    required: ['name'],
    recommended: ['productGroupID', 'variesBy', 'hasVariant', 'brand', 'description'],
    optional: ['url', 'image'],
  },
  Offer: {
    required: [
      ['price', 'priceSpecification'],
      ['priceCurrency', 'priceSpecification'],
    ],
    recommended: ['availability', 'url', 'priceValidUntil'],
    optional: ['itemCondition', 'shippingDetails'],
  },
  AggregateOffer: {
    required: ['lowPrice', 'priceCurrency'],
    recommended: ['highPrice', 'offerCount'],
    optional: ['offers'],
  },
  Brand: { required: ['name'], recommended: [], optional: ['logo'] },
  SoftwareApplication: {
    required: ['name', 'offers', ['aggregateRating', 'review']],
    recommended: ['applicationCategory', 'operatingSystem'],
    optional: ['description', 'image', 'downloadUrl'],
  },
}
