export { BODY_LIMIT_BYTES_DEFAULT, type AdapterOptions } from './adapters/options.ts'
export type { NodeRequest } from './adapters/read-node-body.ts'
export { verifyNodeRequest } from './adapters/verify-node-request.ts'
export {
  webhookMiddleware,
  type MiddlewareOptions,
  type VerifiedRequest,
  type WebhookMiddleware,
} from './adapters/webhook-middleware.ts'
