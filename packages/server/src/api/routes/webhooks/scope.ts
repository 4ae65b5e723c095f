import { fieldProblem } from '../../../core/errors.ts'
import type { WebhookScope } from '../../../core/webhook.ts'
import type { Store } from '../../../store/store.ts'

/** Throws `invalid_request` on `scope.id` unless the project or workflow is there, in the caller's organization. */
export async function checkScope(
  store: Pick<Store, 'projects' | 'workflows'>,
  organizationId: number,
  scope: WebhookScope,
): Promise<void> {
  switch (scope.type) {
    case 'organization':
      return
    case 'project':
      if ((await store.projects.get(organizationId, scope.id)) !== null) return
      throw fieldProblem('invalid_request', 'scope.id', 'There is no project with this id.')
    case 'workflow':
      if ((await store.workflows.find(organizationId, String(scope.id))) !== null) return
      throw fieldProblem('invalid_request', 'scope.id', 'There is no workflow with this id.')
  }
}
