import { compose } from './compose.ts'
import { forgetRunningServer, noteRunningServer } from './config/running-server.ts'
import type { Settings } from './config/settings.ts'
import { systemClock } from './core/clock.ts'
import { isoTime } from './core/time.ts'

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  url: string
  /** Drains and closes. Safe to call twice. */
  stop(): Promise<void>
  /** See `Composed.lost`. */
  readonly lost: Promise<Error>
}

/** Puts a server together and opens it. When opening fails (the port is taken, say) nothing of it stays behind. */
export async function serve(settings: Settings): Promise<RunningServer> {
  const server = await compose(settings)
  try {
    const url = await server.listen()
    noteRunningServer(settings, url, isoTime(systemClock.now()))
    return {
      url,
      stop: async () => {
        forgetRunningServer(settings.dataDir)
        await server.stop()
      },
      lost: server.lost,
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
