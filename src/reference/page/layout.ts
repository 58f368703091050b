import { nodeCrypto } from '../../base/crypto.ts'
import { type Html, html } from '../../base/http/html.ts'
import { once } from '../../base/memory/once.ts'
import { style } from './style.ts'

/** A whole document. `body` holds its landmarks, and an element with the id `main`. */
export function page(title: string, body: Html): string {
  // A template must not touch the style: a space more, and its hash is another one.
  const styleElement: Html = { markup: `<style>${style}</style>` }
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${styleElement}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${body}
</body>
</html>
`.markup
}

/** No script, no image, no frame, no form: the one style, by its hash (CSP Level 3 §6.7.3.3). */
export const contentSecurityPolicy: () => string = once(() =>
  [
    "default-src 'none'",
    `style-src 'sha256-${nodeCrypto().createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
)
