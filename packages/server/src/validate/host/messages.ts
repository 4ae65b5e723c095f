import type { Task, TaskOutcome } from '../worker/task.ts'

/** From the server to the host process. */
export interface HostRequest {
  id: number
  task: Task
}

/** From the server to the host process: nobody waits for this task any more. */
export interface HostCancel {
  id: number
  task: null
}

/** From the host process to the server. */
export interface HostAnswer {
  id: number
  outcome: TaskOutcome
}
