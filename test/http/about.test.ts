import { scenarios } from '../harness/scenario.ts'

scenarios('keys and tokens', [
  {
    name: 'no key',
    as: 'nobody',
    url: '/rest/v1/tags',
    status: 401,
    contains: ['"code":"PGRST302"'],
    headersContain: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    trips: 0,
  },
  {
    name: 'a wrong key',
    as: 'nobody',
    url: '/rest/v1/tags',
    headers: { apikey: `sb_publishable_${'x'.repeat(43)}` },
    status: 401,
    trips: 0,
  },
  {
    name: 'a token that is none',
    as: 'anon',
    url: '/rest/v1/tags',
    headers: { authorization: 'Bearer a.b.c' },
    status: 401,
    contains: ['"code":"PGRST301"'],
    trips: 0,
  },
])

scenarios('about this server', [
  {
    name: 'public keys, and no private part',
    as: 'nobody',
    url: '/auth/v1/.well-known/jwks.json',
    status: 200,
    contains: ['"keys":[{', '"kty":"EC"', '"alg":"ES256"'],
    lacks: ['"d":'],
    trips: 0,
  },
  {
    name: 'settings',
    as: 'anon',
    url: '/auth/v1/settings',
    status: 200,
    contains: ['"disable_signup"'],
    trips: 0,
  },
  { name: 'health of sign-in', as: 'nobody', url: '/auth/v1/health', status: 200, trips: 0 },
  {
    name: 'a path that is nothing',
    as: 'nobody',
    url: '/nope',
    status: 404,
    contains: ['"code":"NOT_FOUND"'],
    trips: 0,
  },
  {
    name: 'a preflight',
    as: 'nobody',
    method: 'OPTIONS',
    url: '/rest/v1/tags',
    headers: {
      origin: 'https://shop.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'apikey, authorization',
    },
    status: 204,
    headersContain: {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'apikey, authorization',
      allow: 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
    },
    trips: 0,
  },
])

scenarios('when the database fails', [
  {
    name: 'it breaks the connection',
    as: 'anon',
    url: '/rest/v1/tags',
    fault: { drop: true },
    status: 503,
    contains: ['"code":"UNAVAILABLE_DATABASE"'],
    lacks: ['127.0.0.1', 'select'],
    headersContain: { 'retry-after': '5' },
    trips: 1,
  },
  {
    name: 'it answers with an error',
    as: 'anon',
    url: '/rest/v1/tags',
    fault: { status: 500 },
    status: 503,
    contains: ['"code":"UNAVAILABLE_DATABASE"'],
    trips: 1,
  },
])
