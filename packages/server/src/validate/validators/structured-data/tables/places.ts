import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{local-business,organization,event,profile-page}

export const PLACES_AND_PEOPLE: Family = {
  Organization: {
    required: ['name'],
    recommended: ['url', 'logo', 'sameAs'],
    optional: ['address', 'contactPoint', 'description'],
  },
  LocalBusiness: {
    required: ['name', 'address'],
    recommended: [
      'telephone',
      'url',
      'geo',
      'image',
      'priceRange',
      ['openingHoursSpecification', 'openingHours'],
    ],
    optional: ['aggregateRating', 'description'],
  },
  Person: {
    required: ['name'],
    recommended: [['url', 'sameAs']],
    optional: ['image', 'jobTitle'],
  },
  Place: {
    required: [],
    recommended: ['name', 'address'],
    optional: ['geo'],
  },
  // A country has no address.
  AdministrativeArea: { required: ['name'], recommended: [], optional: [] },
  VirtualLocation: { required: ['url'], recommended: [], optional: [] },
  PostalAddress: {
    required: [],
    recommended: ['streetAddress', 'addressLocality', 'postalCode', 'addressCountry'],
    optional: ['addressRegion'],
  },
  ProfilePage: {
    required: ['mainEntity'],
    recommended: ['dateCreated', 'dateModified'],
    optional: ['name'],
  },
}
