import type { CarryParts } from '../../src/carriers/carry.ts'

/** What carrying lacks in engines whose webhooks are all webhooks proper. */
export const WEBHOOKS_ONLY: Pick<CarryParts, 'mail' | 'open' | 'version'> = {
  mail: null,
  open: () => {
    throw new Error('there are no channels here')
  },
  version: '0.0.0',
}
