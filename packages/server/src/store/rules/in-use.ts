import { Problem } from '../../core/errors.ts'

/** Users that a refusal names; whoever has more sees them in a list. */
const USERS_NAMED_MAX = 5

/** How many an engine should read: one more than is named, to know whether there are others. */
export const USERS_READ_MAX = USERS_NAMED_MAX + 1

/**
 * Why something cannot be removed. `users` are the names or ids of those that use it, of which `USERS_READ_MAX` are enough; `what`
 * reads like "3 monitors use this workflow", `advice` says what to do first.
 */
function inUse(what: string, users: readonly string[], advice: string): Problem {
  const named = users.slice(0, USERS_NAMED_MAX).join(', ')
  const others = users.length > USERS_NAMED_MAX ? ' and others' : ''
  return new Problem('in_use', `${what}: ${named}${others}. ${advice}`)
}

export function projectInUse(workflows: readonly string[]): Problem {
  const advice = 'Delete them first, or move them to another project.'
  return inUse('Workflows belong to this project', workflows, advice)
}

export function workflowInUse(monitors: readonly string[]): Problem {
  return inUse('Monitors use this workflow', monitors, 'Delete them first, or give them another workflow.')
}

export function eventTypeInUse(webhooks: readonly string[]): Problem {
  const advice = 'Delete them first, or take the type from their `events`.'
  return inUse('Webhooks or channels subscribe to this event type', webhooks, advice)
}

export function defaultProjectInUse(): Problem {
  return new Problem(
    'in_use',
    'The default project cannot be removed: whatever names no project belongs to it.',
  )
}
