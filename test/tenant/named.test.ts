import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTenantName } from '../../src/tenant/name.ts'
import { pathBehindTenant, tenantInHost, tenantInPath, tenantUrl } from '../../src/tenant/named.ts'

test.each(['a', '7', 'acme', 'acme-2', 'a-b-c', 'a'.repeat(40)])('%s is a name', (name) => {
  expect(isTenantName(name)).toBe(true)
})

test.each([
  '',
  '-a',
  'a-',
  'a--b',
  'xn--80ak6aa92e',
  'Acme',
  'a.b',
  'a_b',
  'a b',
  'ä',
  'a/b',
  '%61',
  'a\n',
  '..',
  'a'.repeat(41),
])('%j is none', (name) => {
  expect(isTenantName(name)).toBe(false)
})

test.each([
  ['http://acme.api.example/rest/v1/x', 'acme'],
  ['http://ACME.API.EXAMPLE/', 'acme'],
  ['http://acme.api.example:8080/', 'acme'],
  ['http://a.b.api.example/', 'a.b'],
  ['http://api.example/', null],
  ['http://other.example/', null],
  ['http://acmeapi.example/', null],
  ['http://acme.api.example.evil.example/', null],
  ['http://acme.api.example./', null],
  ['http://acme@evil.example/', null],
])('the host of %s names %s', (url, name) => {
  expect(tenantInHost(url, 'https://api.example')).toBe(name)
})

test.each([
  ['http://x/t/acme/rest/v1/notes', 'acme', '/rest/v1/notes'],
  ['http://x/t/acme', 'acme', '/'],
  ['http://x/t/acme/', 'acme', '/'],
  ['http://x/t//rest', '', '/rest'],
  ['http://x/t/../t/acme/rest', 'acme', '/rest'],
  ['http://x/t/acme/../globex/rest', 'globex', '/rest'],
  ['http://x/t/a%2Fb/rest', 'a%2Fb', '/rest'],
  ['http://x/rest/t/acme', null, '/rest/t/acme'],
  ['http://x//t/acme/rest', null, '//t/acme/rest'],
])('the path of %s names %s', (url, name, rest) => {
  expect(tenantInPath(url)).toBe(name)
  expect(pathBehindTenant(new URL(url).pathname)).toBe(rest)
})

test('whoever has a name is found by its own URL, and nobody else', () => {
  const names = fc.stringMatching(/^[a-z0-9](?:-?[a-z0-9]){0,19}$/)
  fc.assert(
    fc.property(names, (name) => {
      fc.pre(isTenantName(name))
      expect(tenantInHost(tenantUrl('host', 'https://api.example', name), 'https://api.example')).toBe(name)
      expect(tenantInPath(`${tenantUrl('path', 'https://api.example', name)}/rest/v1/`)).toBe(name)
    }),
  )
})
