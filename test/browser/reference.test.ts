import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import shop from '../../src/backend/index.ts'
import { type ClientServer, startServer } from '../client/server.ts'
import fixture from '../fixture/index.ts'
import { writtenFor } from '../reference/documents.ts'
import { launchChromium, openPage } from './chromium.ts'
import { servePages } from './page-server.ts'

let server: ClientServer
let browser: Browser
beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
})
afterAll(() => Promise.all([browser?.close(), server?.stop()]))

/** Opens a page, hands it over, and expects that nothing went wrong. */
async function visit(
  path: string,
  look: (page: Page) => Promise<unknown>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext(options)
  try {
    const { page, faults } = await openPage(context, [server.url])
    const response = await page.goto(server.url + path)
    expect(response?.status()).toBe(200)
    await look(page)
    expect(faults).toEqual([])
  } finally {
    await context.close()
  }
}

const devices = [
  ['a phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ['a desk', { viewport: { width: 1280, height: 800 } }],
] as const

describe.each(['/', '/docs'])('%s', (path) => {
  for (const [device, options] of devices) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`on ${device}, ${colorScheme}: fits, can be read, and has no fault`, async () => {
        await visit(
          path,
          async (page) => {
            const { width } = options.viewport
            const layout = await page.evaluate<Layout>(measure)
            // A phone that finds no viewport in the page lays it out wider than its screen.
            expect(layout).toMatchObject({ windowWidth: width, contentWidth: width })
            const { ground, text, link } = layout
            expect(luminance(ground) > luminance(text) ? 'light' : 'dark').toBe(colorScheme)
            // WCAG 2.2, 1.4.3: at least 4.5 : 1.
            expect(contrast(ground, text)).toBeGreaterThanOrEqual(4.5)
            expect(contrast(ground, link)).toBeGreaterThanOrEqual(4.5)
          },
          { ...options, colorScheme },
        )
      })
    }
  }

  test('every link leads somewhere on this server', async () => {
    await visit(path, async (page) => {
      const links = await Promise.all((await page.locator('a').all()).map((a) => a.getAttribute('href')))
      expect(links.length).toBeGreaterThan(1)
      for (const link of new Set(links)) {
        const { origin, pathname, hash } = new URL(link ?? '', page.url())
        expect(origin).toBe(server.url)
        if (pathname === path) {
          expect(await page.locator(hash || 'body').count(), `${link}`).toBe(1)
        } else {
          expect((await fetch(origin + pathname)).status, `${link}`).toBeLessThan(400)
        }
      }
    })
  })
})

test.each(devices)('with all that can be written and called, the page fits on %s', async (_, options) => {
  const documents = [...writtenFor(shop), ...writtenFor(fixture)].filter(({ asker }) => asker !== 'anon')
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    for (const { asker, docs } of documents) {
      await page.setContent(docs)
      const { width } = options.viewport
      expect(await page.evaluate<Layout>(measure), asker).toMatchObject({ contentWidth: width })
    }
  } finally {
    await context.close()
  }
})

test('from the start page to a resource, by links alone', async () => {
  await visit('/', async (page) => {
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Selvage shop')
    await page.getByRole('link', { name: 'API reference' }).click()
    await page.waitForURL('**/docs')
    const headings = page.getByRole('heading', { level: 2 })
    expect(await headings.allTextContents()).toEqual([
      'Start',
      ...resources,
      ...['Filters', 'Pages, counts and formats', 'Errors'],
    ])
    const list = page.getByRole('list', { name: 'Resources' }).getByRole('link')
    expect(await list.allTextContents()).toEqual(resources)
    await list.filter({ hasText: /^products$/ }).click()
    await page.waitForURL('**/docs#resource-products')
    const box = await headings.filter({ hasText: /^products$/ }).boundingBox()
    expect(box?.y).toBeLessThan(page.viewportSize()?.height ?? 0)
    expect(box?.y).toBeGreaterThanOrEqual(0)
  })
})

/** What anyone may read, in the order of src/backend/index.ts. */
const resources = ['categories', 'products', 'reviews', 'tags', 'product_tags']

test('faults of a page are seen', async () => {
  const pages = await servePages({
    '/': {
      type: 'text/html',
      policy: `default-src 'none'; img-src 'self'; script-src 'self'; connect-src 'self'`,
      text: `<style>body{margin:0}</style><img src="/gone.png"><script src="/broken.js"></script>`,
    },
    '/broken.js': {
      type: 'text/javascript',
      text: `fetch('${server.url}/nowhere').catch(() => { throw 0 })`,
    },
  })
  const context = await browser.newContext()
  try {
    const { page, faults } = await openPage(context, [])
    await page.goto(pages.origin)
    await expect
      .poll(() => faults)
      .toEqual(
        expect.arrayContaining([
          `elsewhere: ${pages.origin}/`,
          `404: ${pages.origin}/gone.png`,
          'console: violation of style-src-elem by inline',
          `console: violation of connect-src by ${server.url}/nowhere`,
          'thrown: 0',
        ]),
      )
  } finally {
    await context.close()
    await pages.stop()
  }
})

type Colour = readonly [red: number, green: number, blue: number]

interface Layout {
  readonly windowWidth: number
  readonly contentWidth: number
  readonly ground: Colour
  readonly text: Colour
  readonly link: Colour
}

/** Runs in the page. */
const measure = `(() => {
  const colour = (selector, property) =>
    getComputedStyle(document.querySelector(selector))[property].match(/\\d+/g).slice(0, 3).map(Number)
  return {
    windowWidth: innerWidth,
    contentWidth: document.documentElement.scrollWidth,
    ground: colour('body', 'backgroundColor'),
    text: colour('h1', 'color'),
    link: colour('main a', 'color'),
  }
})()`

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right)
  return (light + 0.05) / (dark + 0.05)
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
