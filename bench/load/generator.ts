import { fork } from 'node:child_process'
import { join } from 'node:path'
import { adopt, end } from '../build/children.ts'
import type { LoadAnswer, LoadOrder, LoadResult } from './order.ts'

export interface LoadGenerator {
  /** @throws what went wrong first: a refused connection, or a status that is no success */
  run(order: LoadOrder): Promise<LoadResult>
  stop(): Promise<void>
}

export function startLoadGenerator(): LoadGenerator {
  const child = adopt(fork(join(import.meta.dirname, 'process.ts')))
  return {
    run: (order) =>
      new Promise((resolve, reject) => {
        const settle = () => {
          child.off('message', onMessage)
          child.off('exit', onExit)
        }
        const onMessage = (answer: LoadAnswer) => {
          settle()
          if (answer.kind === 'done') resolve(answer.result)
          else reject(new Error(answer.reason))
        }
        const onExit = () => {
          settle()
          reject(new Error('the load process ended'))
        }
        child.on('message', onMessage)
        child.once('exit', onExit)
        child.send(order)
      }),
    stop: () => end(child),
  }
}
