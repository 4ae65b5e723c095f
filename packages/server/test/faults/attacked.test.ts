import { describe } from 'vitest'
import { testInShort } from './slice.ts'

// What takes time is a figure here. `npm run test:faults -- --only attacks` judges it, on a machine that has nothing else to do.
describe('one tenant against another', () =>
  testInShort([
    'attacks/shared-origin',
    'attacks/fan-out',
    'attacks/feedback',
    'attacks/burning-judges',
    'attacks/kept-open',
    'attacks/backlog',
    'attacks/drips',
    'attacks/flood',
  ]))
