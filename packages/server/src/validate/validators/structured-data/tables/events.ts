import type { Family } from './table.ts'

// https://developers.google.com/search/docs/appearance/structured-data/{event,course,course-info,video}

export const EVENTS: Family = {
  Event: {
    required: ['name', 'startDate', 'location'],
    recommended: ['endDate', 'description', 'image', 'eventStatus', 'offers', 'organizer', 'performer'],
    optional: ['eventAttendanceMode', 'url'],
  },
  // A broadcast is an Event that happens nowhere.
  PublicationEvent: {
    required: ['startDate'],
    recommended: ['endDate'],
    optional: ['name'],
  },
  BroadcastEvent: {
    required: ['isLiveBroadcast', 'startDate'],
    recommended: ['endDate'],
    optional: ['name'],
  },
  // A run of a course is an Event, but its name is the course's.
  CourseInstance: {
    required: ['courseMode'],
    recommended: [['courseSchedule', 'courseWorkload']],
    optional: ['instructor', 'location', 'startDate'],
  },
}
