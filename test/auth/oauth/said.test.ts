import { describe, expect, test } from 'vitest'
import { apple } from '../../../src/auth/oauth/provider/apple.ts'
import { discord } from '../../../src/auth/oauth/provider/discord.ts'
import { facebook } from '../../../src/auth/oauth/provider/facebook.ts'
import { github } from '../../../src/auth/oauth/provider/github.ts'
import { google } from '../../../src/auth/oauth/provider/google.ts'
import { linkedin } from '../../../src/auth/oauth/provider/linkedin.ts'
import { microsoft } from '../../../src/auth/oauth/provider/microsoft.ts'
import { x } from '../../../src/auth/oauth/provider/x.ts'
import type { Person, Provider } from '../../../src/auth/oauth/provider.ts'
import { issuerOf } from '../../../src/auth/oauth/upstream/server.ts'

const said = { claims: {}, documents: [], posted: {} }

/** As the documentation of each provider shows them. */
describe('what a provider says', () => {
  test.each<[string, Provider, object, Partial<Person> | null]>([
    [
      'Google',
      google(),
      {
        claims: {
          sub: '110169484474386276334',
          email: 'jsmith@example.com',
          email_verified: true,
          name: 'J Smith',
          picture: 'https://lh3.test/a',
        },
      },
      {
        sub: '110169484474386276334',
        email: 'jsmith@example.com',
        isEmailVerified: true,
        name: 'J Smith',
        avatarUrl: 'https://lh3.test/a',
      },
    ],
    [
      'Google, not verified',
      google(),
      { claims: { sub: '1', email: 'a@b.example', email_verified: false } },
      { isEmailVerified: false },
    ],
    [
      'Apple, which writes truth as a text, and the name once',
      apple(),
      {
        claims: {
          sub: '001234.abc.0123',
          email: 'a@privaterelay.appleid.com',
          email_verified: 'true',
          is_private_email: 'true',
        },
        posted: { name: { firstName: 'Johnny', lastName: 'Appleseed' }, email: 'evil@evil.test' },
      },
      {
        sub: '001234.abc.0123',
        email: 'a@privaterelay.appleid.com',
        isEmailVerified: true,
        name: 'Johnny Appleseed',
      },
    ],
    [
      'Microsoft, where the administrator of a tenant writes the address',
      microsoft(),
      {
        claims: {
          sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
          tid: 'x',
          email: 'ceo@victim.example',
          email_verified: true,
          name: 'Abe',
        },
      },
      { email: 'ceo@victim.example', isEmailVerified: false, name: 'Abe' },
    ],
    [
      'Microsoft, of the owner of the domain',
      microsoft(),
      { claims: { sub: 'a', email: 'a@b.example', xms_edov: '1' } },
      { isEmailVerified: true },
    ],
    [
      'LinkedIn',
      linkedin(),
      {
        claims: {
          sub: '782bbtaQ',
          name: 'John Doe',
          picture: 'https://media.licdn.test/a',
          email: 'doe@email.example',
          email_verified: 'true',
        },
      },
      { sub: '782bbtaQ', email: 'doe@email.example', isEmailVerified: true },
    ],
    [
      'GitHub, whose profile shows any address, and whose list says which one is theirs',
      github(),
      {
        documents: [
          {
            login: 'octocat',
            id: 1,
            avatar_url: 'https://github.test/a.gif',
            name: 'monalisa octocat',
            email: 'octocat@victim.example',
          },
          [
            { email: 'other@github.example', verified: true, primary: false, visibility: null },
            { email: 'octocat@github.example', verified: true, primary: true, visibility: 'public' },
          ],
        ],
      },
      {
        sub: '1',
        email: 'octocat@github.example',
        isEmailVerified: true,
        userName: 'octocat',
        name: 'monalisa octocat',
      },
    ],
    [
      'GitHub, not verified',
      github(),
      { documents: [{ id: 1 }, [{ email: 'a@b.example', verified: false, primary: true }]] },
      { email: 'a@b.example', isEmailVerified: false },
    ],
    [
      'GitHub, without the scope for addresses',
      github(),
      { documents: [{ id: 1, email: 'a@b.example' }, []] },
      { email: null, isEmailVerified: false },
    ],
    [
      'Facebook, which says of no address that it is theirs',
      facebook(),
      {
        documents: [
          {
            id: '10150001',
            email: 'a@b.example',
            name: 'Jane',
            picture: { data: { url: 'https://fb.test/a', is_silhouette: false } },
          },
        ],
      },
      { sub: '10150001', email: 'a@b.example', isEmailVerified: false, avatarUrl: 'https://fb.test/a' },
    ],
    [
      'X',
      x(),
      {
        documents: [
          {
            data: {
              id: '2244994945',
              name: 'X Dev',
              username: 'xdevelopers',
              confirmed_email: 'a@b.example',
              profile_image_url: 'https://pbs.test/a.jpg',
            },
          },
        ],
      },
      { sub: '2244994945', email: 'a@b.example', isEmailVerified: true, userName: 'xdevelopers' },
    ],
    [
      'X, without an address',
      x(),
      { documents: [{ data: { id: '1', name: 'a', username: 'a' } }] },
      { email: null, isEmailVerified: false },
    ],
    [
      'Discord',
      discord(),
      {
        documents: [
          {
            id: '80351110224678912',
            username: 'nelly',
            global_name: 'Nelly',
            avatar: '8342729096ea3675442027381ff50dfe',
            verified: true,
            email: 'nelly@discord.example',
          },
        ],
      },
      {
        sub: '80351110224678912',
        email: 'nelly@discord.example',
        isEmailVerified: true,
        avatarUrl:
          'https://cdn.discordapp.com/avatars/80351110224678912/8342729096ea3675442027381ff50dfe.png',
      },
    ],
    [
      'Discord, not verified',
      discord(),
      { documents: [{ id: '1', verified: false, email: 'a@b.example', avatar: null }] },
      { isEmailVerified: false, avatarUrl: null },
    ],
    ['nothing', github(), { documents: [null, null] }, null],
    ['an error', x(), { documents: [{ errors: [] }] }, null],
    ['no subject', google(), { claims: { email: 'a@b.example', email_verified: true } }, null],
  ])('%s', (_, provider, more, person) => {
    const read = provider.profile({ ...said, ...more })
    if (person === null) expect(read).toBeNull()
    else expect(read).toMatchObject(person)
  })

  test('whose tokens Microsoft’s are: of the tenant that they name, or of one alone', () => {
    const tid = '72f988bf-86f1-41af-91ab-2d7cd011db47'
    const of = (provider: Provider, claims: object) => issuerOf(provider, { ...claims })
    expect(of(microsoft(), { tid })).toBe(`https://login.microsoftonline.com/${tid}/v2.0`)
    expect(of(microsoft(), { tid: '../evil' })).toContain('{tenantid}')
    expect(of(microsoft({ tenant: tid }), { tid: 'another' })).toBe(
      `https://login.microsoftonline.com/${tid}/v2.0`,
    )
    expect(of(microsoft({ tenant: 'consumers' }), { tid })).toContain('9188040d-6c67-4c5b-b112-36a304b66dad')
    expect(() => microsoft({ tenant: 'a/b' })).toThrow(TypeError)
  })
})
