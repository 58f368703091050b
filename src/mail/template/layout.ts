import { type Html, html } from '../../base/http/html.ts'

/** The one layout: a column, no images, nothing that is loaded from elsewhere. */
export function layout({
  product,
  body,
  otherwise,
}: {
  readonly product: string
  readonly body: Html
  readonly otherwise: string
}): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light"></head>
<body style="margin:0;padding:24px 12px;background:#f5f6f8;color:#1b1f27;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:520px;margin:0 auto;padding:24px 28px;background:#ffffff;border:1px solid #dcdfe5;border-radius:10px">
<p style="margin-top:0;font-weight:700">${product}</p>
${body}
<p style="margin-bottom:0;padding-top:16px;border-top:1px solid #dcdfe5;font-size:13px;color:#565d6b">${otherwise}</p>
</div>
</body>
</html>
`.markup
}
