import type { ValidatorName } from '../validators/index.ts'
import type { JudgeModule } from '../validators/validator.ts'

/** Where each validator's judging half is, loaded when a worker first needs it. */
export const JUDGES: Record<ValidatorName, () => Promise<JudgeModule>> = {
  'json-schema': () => import('../validators/json-schema/judge.ts'),
  'structured-data': () => import('../validators/structured-data/judge.ts'),
  assertions: () => import('../validators/assertions/judge.ts'),
  'xml-schema': () => import('../validators/xml-schema/judge.ts'),
  'csv-table': () => import('../validators/csv-table/judge.ts'),
}
