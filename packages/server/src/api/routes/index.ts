import type { MakeOperation } from '../operation.ts'
import { getDelivery } from './deliveries/get-delivery.ts'
import { listDeliveries } from './deliveries/list-deliveries.ts'
import { resendDelivery } from './deliveries/resend-delivery.ts'
import { createEventType } from './event-types/create-event-type.ts'
import { deleteEventType } from './event-types/delete-event-type.ts'
import { getEventType } from './event-types/get-event-type.ts'
import { listEventTypes } from './event-types/list-event-types.ts'
import { updateEventType } from './event-types/update-event-type.ts'
import { getEvent } from './events/get-event.ts'
import { listEvents } from './events/list-events.ts'
import { publishEvents } from './events/publish-events.ts'
import { createKey } from './keys/create-key.ts'
import { listKeys } from './keys/list-keys.ts'
import { revokeKey } from './keys/revoke-key.ts'
import { health } from './operations/health.ts'
import { readiness } from './operations/readiness.ts'
import { createOrganization } from './organizations/create-organization.ts'
import { getOrganization } from './organizations/get-organization.ts'
import { listOrganizations } from './organizations/list-organizations.ts'
import { createProject } from './projects/create-project.ts'
import { deleteProject } from './projects/delete-project.ts'
import { getProject } from './projects/get-project.ts'
import { listProjects } from './projects/list-projects.ts'
import { renameProject } from './projects/rename-project.ts'
import { getRun } from './runs/get-run.ts'
import { listRuns } from './runs/list-runs.ts'
import { reportResult } from './runs/report-result.ts'
import { submitRun } from './runs/submit-run.ts'
import { createWebhook } from './webhooks/create-webhook.ts'
import { deleteWebhook } from './webhooks/delete-webhook.ts'
import { disableWebhook } from './webhooks/disable-webhook.ts'
import { enableWebhook } from './webhooks/enable-webhook.ts'
import { finishRotation } from './webhooks/finish-rotation.ts'
import { getWebhook } from './webhooks/get-webhook.ts'
import { listWebhookDeliveries } from './webhooks/list-webhook-deliveries.ts'
import { listWebhooks } from './webhooks/list-webhooks.ts'
import { pauseWebhook } from './webhooks/pause-webhook.ts'
import { replayWebhook } from './webhooks/replay-webhook.ts'
import { revealSecret } from './webhooks/reveal-secret.ts'
import { rotateSecret } from './webhooks/rotate-secret.ts'
import { testWebhook } from './webhooks/test-webhook.ts'
import { updateWebhook } from './webhooks/update-webhook.ts'
import { createWorkflow } from './workflows/create-workflow.ts'
import { deleteWorkflow } from './workflows/delete-workflow.ts'
import { getWorkflow } from './workflows/get-workflow.ts'
import { listWorkflows } from './workflows/list-workflows.ts'
import { updateWorkflow } from './workflows/update-workflow.ts'

/** Every operation of the API, in the order the OpenAPI document shows them. */
export const OPERATIONS: readonly MakeOperation[] = [
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  testWebhook,
  enableWebhook,
  disableWebhook,
  pauseWebhook,
  revealSecret,
  rotateSecret,
  finishRotation,
  replayWebhook,
  listWebhookDeliveries,
  listDeliveries,
  getDelivery,
  resendDelivery,
  publishEvents,
  listEvents,
  getEvent,
  createEventType,
  listEventTypes,
  getEventType,
  updateEventType,
  deleteEventType,
  submitRun,
  reportResult,
  listRuns,
  getRun,
  createWorkflow,
  listWorkflows,
  getWorkflow,
  updateWorkflow,
  deleteWorkflow,
  createProject,
  listProjects,
  getProject,
  renameProject,
  deleteProject,
  createOrganization,
  listOrganizations,
  getOrganization,
  createKey,
  listKeys,
  revokeKey,
  health,
  readiness,
]
