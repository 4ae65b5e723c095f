import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/job-posting
// A remote job has no place; it says from where it may be done.

export const JOBS: Family = {
  JobPosting: {
    required: [
      'title',
      'description',
      'datePosted',
      'hiringOrganization',
      ['jobLocation', 'applicantLocationRequirements'],
    ],
    recommended: ['baseSalary', 'employmentType', 'validThrough', 'identifier'],
    optional: ['directApply', 'url'],
  },
}
