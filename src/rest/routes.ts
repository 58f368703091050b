import { type Hono, hono } from '../base/http/hono.ts'
import { Problem } from '../base/problem.ts'
import { answerBatch } from './batch.ts'
import { answerCall } from './call.ts'
import type { RestEnv } from './env.ts'
import { readAction } from './read.ts'
import { keyOf } from './target.ts'
import { answerWrite } from './write.ts'

/** The value of `Allow` for a path below `/rest/v1`: a list, or an item. */
export function methodsAt(path: string): string {
  if (path === '' || path === '/') return rootMethods
  if (path.startsWith('/rpc/')) return callMethods
  return path.split('/').length > 2 ? itemMethods : listMethods
}

const callMethods = 'GET, HEAD, POST, OPTIONS'
const rootMethods = 'GET, HEAD, POST, OPTIONS'
const listMethods = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'
const itemMethods = 'GET, HEAD, PATCH, PUT, DELETE, OPTIONS'

/** PostgREST's dialect, to be mounted at `/rest/v1`. One trip for each request; two of a procedure that reads first. */
export function restRoutes(): Hono<RestEnv> {
  const app = hono<RestEnv>()
  const answerRead = readAction()
  app.post('/', answerBatch)
  app.all('/', () => {
    throw new Problem('PGRST117', { headers: { allow: rootMethods } })
  })
  app.get('/rpc/:name', (context) => answerCall(context, 'GET'))
  app.post('/rpc/:name', (context) => answerCall(context, 'POST'))
  app.all('/rpc/:name', () => {
    throw new Problem('PGRST117', { headers: { allow: callMethods } })
  })
  app.get('/:resource', (context) => answerRead(context, null))
  app.post('/:resource', (context) => answerWrite(context, 'POST', null))
  app.patch('/:resource', (context) => answerWrite(context, 'PATCH', null))
  app.delete('/:resource', (context) => answerWrite(context, 'DELETE', null))
  app.all('/:resource', () => {
    throw new Problem('PGRST117', { headers: { allow: listMethods } })
  })
  app.get('/:resource/:key', (context) => answerRead(context, keyOf(context.req.path)))
  app.patch('/:resource/:key', (context) => answerWrite(context, 'PATCH', keyOf(context.req.path)))
  app.put('/:resource/:key', (context) => answerWrite(context, 'PUT', keyOf(context.req.path)))
  app.delete('/:resource/:key', (context) => answerWrite(context, 'DELETE', keyOf(context.req.path)))
  app.all('/:resource/:key', () => {
    throw new Problem('PGRST117', { headers: { allow: itemMethods } })
  })
  app.all('*', () => {
    throw new Problem('PGRST125')
  })
  return app
}
