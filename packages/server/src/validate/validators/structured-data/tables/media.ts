import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{video,image-license-metadata,movie,book,dataset}

export const MEDIA: Family = {
  VideoObject: {
    required: ['name', 'thumbnailUrl', 'uploadDate'],
    recommended: ['description', 'duration', ['contentUrl', 'embedUrl']],
    optional: ['interactionStatistic'],
  },
  Clip: { required: ['name', 'startOffset', 'url'], recommended: ['endOffset'], optional: [] },
  ImageObject: {
    required: [['contentUrl', 'url']],
    recommended: [],
    optional: ['creator', 'creditText', 'license'],
  },
  Movie: {
    required: ['name', 'image'],
    recommended: [['dateCreated', 'datePublished'], 'director', ['aggregateRating', 'review']],
    optional: ['actor', 'description', 'duration'],
  },
  Book: {
    required: ['name', 'author'],
    recommended: ['isbn', 'url', 'image', 'datePublished'],
    optional: ['publisher', 'inLanguage', 'bookFormat'],
  },
  Dataset: {
    required: ['name', 'description'],
    recommended: ['creator', 'distribution', 'identifier', 'keywords', 'license', 'url'],
    optional: ['spatialCoverage', 'temporalCoverage', 'variableMeasured', 'version'],
  },
  DataDownload: {
    required: ['contentUrl'],
    recommended: ['encodingFormat'],
    optional: ['contentSize'],
  },
}
