import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{recipe,course}, and for HowTo what Google's page
// said until it stopped showing them (September 2023); other readers still do.

export const GUIDES: Family = {
  Recipe: {
    required: ['name', 'image'],
    recommended: [
      'author',
      'datePublished',
      'description',
      'prepTime',
      'cookTime',
      'totalTime',
      'recipeYield',
      'recipeIngredient',
      'recipeInstructions',
      'recipeCategory',
      'recipeCuisine',
      'nutrition',
      'keywords',
      'aggregateRating',
      'video',
    ],
    optional: ['suitableForDiet'],
  },
  HowTo: {
    required: ['name', 'step'],
    recommended: ['image', 'description', 'totalTime', 'estimatedCost', 'supply', 'tool'],
    optional: ['video'],
  },
  // These four are kinds of ListItem, whose position is the order in which they stand.
  HowToStep: {
    required: [['text', 'itemListElement', 'name']],
    recommended: [],
    optional: ['image', 'url'],
  },
  HowToSection: { required: ['itemListElement'], recommended: ['name'], optional: [] },
  HowToDirection: { required: ['text'], recommended: [], optional: [] },
  HowToTip: { required: ['text'], recommended: [], optional: [] },
  HowToItem: { required: ['name'], recommended: [], optional: ['requiredQuantity'] },
  Course: {
    required: ['name', 'description'],
    recommended: ['provider'],
    optional: ['hasCourseInstance', 'offers', 'image'],
  },
}
