import type { DeliveryParts } from '../../src/pipelines/delivery-pipeline.ts'

const refuse = async (): Promise<never> => Promise.reject(new Error('there are no channels here'))

/** For engines whose webhooks are all webhooks proper. */
export const NO_CARRIERS: DeliveryParts['carriers'] = { email: refuse, slack: refuse }
