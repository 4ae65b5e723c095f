import type { MakeOperation } from '../operation.ts'
import { acknowledgeAlert } from './alerts/acknowledge-alert.ts'
import { createAlertRule } from './alert-rules/create-alert-rule.ts'
import { deleteAlertRule } from './alert-rules/delete-alert-rule.ts'
import { getAlert } from './alerts/get-alert.ts'
import { getAlertRule } from './alert-rules/get-alert-rule.ts'
import { listAlertRules } from './alert-rules/list-alert-rules.ts'
import { listAlerts } from './alerts/list-alerts.ts'
import { testAlertRule } from './alert-rules/test-alert-rule.ts'
import { updateAlertRule } from './alert-rules/update-alert-rule.ts'
import { createChannel } from './channels/create-channel.ts'
import { deleteChannel } from './channels/delete-channel.ts'
import { getChannel } from './channels/get-channel.ts'
import { listChannels } from './channels/list-channels.ts'
import { updateChannel } from './channels/update-channel.ts'
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
import { createMonitor } from './monitors/create-monitor.ts'
import { deleteMonitor } from './monitors/delete-monitor.ts'
import { getMonitor } from './monitors/get-monitor.ts'
import { listMonitors } from './monitors/list-monitors.ts'
import { runMonitor } from './monitors/run-monitor.ts'
import { updateMonitor } from './monitors/update-monitor.ts'
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
import { cancelRun } from './runs/cancel-run.ts'
import { getRun } from './runs/get-run.ts'
import { listRuns } from './runs/list-runs.ts'
import { reportResult } from './runs/report-result.ts'
import { rerun } from './runs/rerun.ts'
import { getSchemaDiff } from './subjects/schema-diff.ts'
import { getScoreHistory } from './subjects/score-history.ts'
import { validate } from './validate/validate.ts'
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
  createChannel,
  listChannels,
  getChannel,
  updateChannel,
  deleteChannel,
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
  cancelRun,
  rerun,
  validate,
  createAlertRule,
  listAlertRules,
  getAlertRule,
  updateAlertRule,
  deleteAlertRule,
  testAlertRule,
  listAlerts,
  getAlert,
  acknowledgeAlert,
  getSchemaDiff,
  getScoreHistory,
  createMonitor,
  listMonitors,
  getMonitor,
  updateMonitor,
  deleteMonitor,
  runMonitor,
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
