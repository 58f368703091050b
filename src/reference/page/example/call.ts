import type { ProcedureReference } from '../../procedure.ts'
import type { Reference } from '../../reference.ts'
import { curlHeaders, curlSending, type Example, quoted, type Scene } from './example.ts'
import { javascript, newRow } from './write.ts'

/** How a procedure is called, with the arguments that it must have. */
export function callExample(procedure: ProcedureReference, scene: Scene): Example {
  const { name, path, parameters, readOnly } = procedure
  const needed = (parameters ?? []).filter(({ required }) => required)
  const body = Object.fromEntries(needed.map((each) => [each.name, '…']))
  const given = needed.length === 0 ? '' : `, ${javascript(body)}`
  const headers = [curlHeaders(scene.asker), ...(readOnly ? [] : [`-H "Idempotency-Key: $(uuidgen)"`])]
  const options = readOnly ? '' : `.setHeader('Idempotency-Key', crypto.randomUUID())`
  return {
    title: 'A call',
    curl: curlSending('POST', `${scene.apiUrl}${path}`, headers, JSON.stringify(body)),
    supabase: `await supabase.rpc(${quoted(name)}${given})${options}`,
  }
}

/** Two writes at once, among those that the reader may do; null if there are none. */
export function batchExample({ resources }: Reference, scene: Scene): Example | null {
  const [first, second = first] = resources.flatMap(({ path, write }) =>
    write.create === null
      ? []
      : [{ method: 'POST', path: path.slice('/rest/v1/'.length), body: newRow(write.create) }],
  )
  if (first === undefined) return null
  return {
    title: 'Two rows, or none',
    curl: curlSending(
      'POST',
      `${scene.apiUrl}/rest/v1/`,
      [curlHeaders(scene.asker)],
      JSON.stringify([first, second]),
    ),
    supabase: null,
  }
}
