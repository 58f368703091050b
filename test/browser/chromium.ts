import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { inject } from 'vitest'

/** Headless, with nothing of the web's security switched off: CORS and policies of content are what is tested. */
export function launchChromium(): Promise<Browser> {
  const folder = inject('chromium')
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  })
}

export interface WatchedPage {
  readonly page: Page
  /** What went wrong so far: errors, violations of a policy, requests that failed or left these origins. */
  readonly faults: readonly string[]
}

/** A new page that may ask nobody but `origins`. */
export async function openPage(context: BrowserContext, origins: readonly string[]): Promise<WatchedPage> {
  context.setDefaultTimeout(5_000)
  await context.addInitScript({ content: tellViolations })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`))
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`))
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`)
  })
  page.on('request', (request) => {
    if (!origins.includes(new URL(request.url()).origin)) faults.push(`elsewhere: ${request.url()}`)
  })
  return { page, faults }
}

const tellViolations = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  console.error('violation of ' + effectiveDirective + ' by ' + blockedURI))`
