import type { Task, TaskOutcome } from '../worker/task.ts'

/** From the server to the host process. */
export interface HostRequest {
  id: number
  task: Task
}

/** From the host process to the server. */
export interface HostAnswer {
  id: number
  outcome: TaskOutcome
}
