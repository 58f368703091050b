/**
 * The shop without what the hand-written one does not keep either: no audit, no outbox, no events. Everything else is
 * the shop's own: tables, policies, the look at the session, procedures.
 */
import type { ExecutionContext } from 'hono'
import { createApp } from '../../src/app.ts'
import backend from '../../src/backend/index.ts'
import type { Bindings } from '../../src/base/settings.ts'
import type { ProcedureDeclaration } from '../../src/declare/procedure.ts'
import type { ResourceDeclaration } from '../../src/declare/resource.ts'

const app = createApp({
  ...backend,
  resources: backend.resources.map(withoutRecords),
  procedures: Object.fromEntries(
    Object.entries(backend.procedures ?? {}).map(([name, procedure]) => [name, withoutEvents(procedure)]),
  ),
})

export default {
  fetch: (request: Request, bindings: Bindings, context: ExecutionContext): Response | Promise<Response> =>
    app.fetch(request, bindings, context),
}

function withoutRecords({ table, options }: ResourceDeclaration): ResourceDeclaration {
  const { audit, outbox, after, ...others } = options
  return { table, options: others }
}

function withoutEvents(procedure: ProcedureDeclaration): ProcedureDeclaration {
  return { ...procedure, handler: (context) => procedure.handler({ ...context, emit: () => undefined }) }
}
