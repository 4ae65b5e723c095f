import { connect, type Socket } from 'node:net'

/**
 * Takes every descriptor that a server has left, of at most `count`: each connection to its port is one. Resolves with a
 * function that gives them back.
 */
export async function takeDescriptors(serverUrl: string, count: number): Promise<() => void> {
  const { port, hostname } = new URL(serverUrl)
  const sockets: Socket[] = []
  for (let taken = 0; taken < count; taken++) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    sockets.push(socket)
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  }
  return () => sockets.forEach((socket) => socket.destroy())
}
