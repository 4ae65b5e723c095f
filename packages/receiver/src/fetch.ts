export { BODY_LIMIT_BYTES_DEFAULT, type AdapterOptions } from './adapters/options.ts'
export type { FetchRequest } from './adapters/read-fetch-body.ts'
export { verifyFetchRequest } from './adapters/verify-fetch-request.ts'
