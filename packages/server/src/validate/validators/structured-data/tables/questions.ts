import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{faqpage,qapage}
// That an FAQPage has at least two questions with answers is a rule of its own: ../rules/faq.ts.

export const QUESTIONS: Family = {
  FAQPage: { required: ['mainEntity'], recommended: [], optional: ['name'] },
  QAPage: { required: ['mainEntity'], recommended: [], optional: ['name'] },
  Question: {
    required: ['name', ['acceptedAnswer', 'suggestedAnswer']],
    recommended: [],
    optional: [],
  },
  Answer: {
    required: ['text'],
    recommended: [],
    optional: [],
  },
}
