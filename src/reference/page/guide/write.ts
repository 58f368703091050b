import { type Html, html } from '../../../base/http/html.ts'
import type { Limits } from '../../../base/limits.ts'
import type { Reference } from '../../reference.ts'
import { exampleBlock } from '../example/block.ts'
import { batchExample } from '../example/call.ts'
import type { Scene } from '../example/example.ts'
import { code, table } from '../table.ts'

/** How to write, at once and once: for whom there is something to write. */
export function writeSection(reference: Reference, scene: Scene, limits: Limits): Html {
  const batch = batchExample(reference, scene)
  return html`<section aria-labelledby="writing">
<h2 id="writing">Writing</h2>
<p><code>POST</code> to a resource makes a row, or those of a list (at most ${limits.bodyRows}); <code>PATCH</code> and <code>DELETE</code> change and delete the rows that the filters choose, or the one at <code>/{key}</code>; <code>PUT</code> makes or replaces that one. A body is JSON, CSV or a form. Each request is one transaction: all of it, or nothing.</p>
<p>In the tables of columns, <em>required</em> is what a new row must give, <em>new</em> what it may give, and <em>change</em> what may change later.</p>
${table(
  'Headers of writes',
  ['Header', 'What it does'],
  [
    [
      code('Prefer: return=representation'),
      html`answers the rows, as far as you may read them; <code>select</code> says what of them`,
    ],
    [
      code('Prefer: resolution=merge-duplicates'),
      html`changes rows that are there already; <code>ignore-duplicates</code> leaves them; <code>on_conflict=column</code> says by what they are found`,
    ],
    [code('Prefer: missing=default'), html`what some rows of a list leave out becomes its default`],
    [code('Prefer: handling=strict, max-affected=9'), html`refuses to touch more rows`],
    ...(reference.trials ? [[code('Prefer: tx=rollback'), html`a trial: undone in the end`]] : []),
    [code('If-Match: "…"'), html`one item: 412 when it is not as that <code>ETag</code> says`],
    [code('If-None-Match: *'), html`<code>PUT</code>: 412 when it is there already`],
  ],
)}<h3 id="retries">Once, also when sent twice</h3>
<p>A request with a header <code>Idempotency-Key: …</code>, such as a new UUID, is done once: sent again with the same key, because its answer was lost, it is answered as before, with <code>Idempotency-Replayed: true</code>. Another request under that key is 422; one whose first try still runs may be 409: wait a second. Keys are kept for a day.</p>
<h3 id="batches">Several writes at once</h3>
<p><code>POST /rest/v1/</code> takes a list of at most ${limits.operations} writes and does all of them, or none: each has <code>method</code>, <code>path</code>, and if need be <code>headers</code> and <code>body</code>. In place of a value, <code>{ "$result": "/0/id" }</code> is the <code>id</code> of the row that the first one makes, unless the database numbers it. The answer is a list of <code>status</code>, <code>headers</code> and <code>body</code>, in their order.</p>
${batch === null ? '' : exampleBlock(batch)}</section>
`
}
