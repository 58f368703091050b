import { type Html, html } from '../../base/http/html.ts'
import type { ProcedureReference } from '../procedure.ts'
import { exampleBlock } from './example/block.ts'
import { callExample } from './example/call.ts'
import type { Scene } from './example/example.ts'
import { code, table } from './table.ts'

/** The part of the page about one procedure. */
export function procedureSection(procedure: ProcedureReference, scene: Scene): Html {
  const { name, description, path, parameters, readOnly, returns } = procedure
  const id = procedureAnchor(procedure)
  const verbs = readOnly ? ['GET', 'HEAD', 'POST'] : ['POST']
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${description === null ? '' : html`<p>${description}</p>`}
<p class="route">${verbs.map((verb) => html`<span class="verb">${verb}</span> `)}${code(path)} <span class="dim">${returns === null ? 'a value' : `rows of ${returns}`}</span></p>
${
  parameters === null
    ? html`<p>The body is the argument.</p>\n`
    : parameters.length === 0
      ? ''
      : table(
          `Arguments of ${name}`,
          ['Argument', 'Needed'],
          parameters.map((each) => [
            code(each.name),
            each.required ? html`required` : html`<span class="dim">optional</span>`,
          ]),
        )
}${exampleBlock(callExample(procedure, scene))}</section>
`
}

export function procedureAnchor({ name }: ProcedureReference): string {
  return `function-${name}`
}
