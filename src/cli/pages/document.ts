import { createHash } from 'node:crypto'
import { type Html, html } from '../../base/http/html.ts'
import { style as shared } from '../../reference/page/style.ts'

const style = `${shared}
[hidden]{display:none!important}
.card{border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem 1.25rem;margin:1rem 0}
.card h2{font-size:1.05rem;margin:0 0 .75rem}
.row{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:.5rem 0}
label{display:block;font-size:.85rem;color:var(--dim)}
input{display:block;font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:.4rem .6rem;min-width:15rem}
button{font:inherit;color:inherit;background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem;cursor:pointer}
button.main{background:var(--accent);border-color:var(--accent);color:var(--bg)}
button:focus-visible,input:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
#message{min-height:1.6rem;padding:.5rem .75rem;border-radius:6px;background:var(--soft)}
#message[data-state=error]{border-left:4px solid #d33}
#message[data-state=ok]{border-left:4px solid #2a8a3e}
.mails{list-style:none;padding:0}
.mails a{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,2fr) auto;gap:1rem;padding:.5rem .25rem;border-bottom:1px solid var(--line);color:inherit;text-decoration:none}
.mails a:hover{background:var(--soft)}
iframe{width:100%;height:30rem;border:1px solid var(--line);border-radius:8px;background:#fff}
img.code{display:block;width:12rem;height:12rem;background:#fff;padding:.5rem;border-radius:6px}
`

/** A page of development. @param scripts paths on the same origin */
export function document(title: string, body: Html, scripts: readonly string[] = []): string {
  const styleElement: Html = { markup: `<style>${style}</style>` }
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
${styleElement}
</head>
<body>
<div class="plain">
${body}
</div>
${scripts.map((path) => html`<script src="${path}" defer></script>`)}
</body>
</html>
`.markup
}

const styleHash = createHash('sha256').update(style).digest('base64')

/** Scripts and requests of the same origin; of a page that shows a mail, the mail's own inline styles. */
export function policyOf(page: 'mail' | 'other'): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    `style-src ${page === 'mail' ? "'unsafe-inline'" : `'sha256-${styleHash}'`}`,
    page === 'mail' ? "frame-src 'self'" : "frame-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
