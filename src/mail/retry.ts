import { sleep as platformSleep } from '../base/clock.ts'
import { type Driver, type Mail, MailError } from './mail.ts'

/** Before the second and the third try. Half a minute after the answer, the platform ends what goes on. */
const waitsMilliseconds = [500, 3_000] as const

/** Tries three times, as long as it may help. */
export function retried(
  driver: Driver,
  sleep: (milliseconds: number) => Promise<void> = platformSleep,
): Mail {
  return {
    async send(message) {
      const key = crypto.randomUUID()
      for (const wait of waitsMilliseconds) {
        try {
          return await driver.deliver(message, key)
        } catch (error) {
          if (!(error instanceof MailError) || !error.isTransient) throw error
          await sleep(wait)
        }
      }
      return driver.deliver(message, key)
    },
  }
}
