import { describe } from 'vitest'
import { testInShort } from './slice.ts'

// A full tmpfs needs a system that lets us mount one: `npm run test:faults` has it.
describe('what disturbs a server that runs', () =>
  testInShort([
    'drain',
    'full-database',
    'second-writer',
    'clock',
    'descriptors',
    'zoo',
    'herd',
    'pending-at-start',
  ]))
