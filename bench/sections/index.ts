import type { Section } from '../bench.ts'
import { backlog } from './backlog.ts'
import { footprint } from './footprint.ts'
import { hanging } from './hanging.ts'
import { largeRequest } from './large-request.ts'
import { latency } from './latency.ts'
import { sender } from './sender.ts'
import { throughput } from './throughput.ts'
import { tools } from './tools.ts'
import { validators } from './validators.ts'
import { webhooks } from './webhooks.ts'

/** In the order of the table. */
export const SECTIONS: readonly Section[] = [
  tools,
  sender,
  throughput,
  latency,
  backlog,
  webhooks,
  hanging,
  largeRequest,
  footprint,
  validators,
]
