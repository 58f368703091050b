import type { Row, Way, Who, World } from '../oracle/world.ts'
import { values } from './fixture_values.ts'

const isKeeper = (who: Who) => who.kind === 'user' && who.role === 'keeper'
const isMember = (who: Who) => who.kind === 'user' && ['member', 'keeper'].includes(who.role)
const isMine = (row: Row, column: string, who: Who) => who.kind === 'user' && row[column] === who.id
const signedIn = (who: Who) => who.kind === 'user'
const all = () => true

const tables: World['tables'] = {
  people: {
    sqlName: 'people',
    key: ['id'],
    columns: {
      id: 'text',
      handle: 'text',
      manager_id: 'text',
      born_on: 'text',
      listed: 'boolean',
      secret_note: 'text',
    },
    sees: (row, who) => isKeeper(who) || row.listed === 1n || isMine(row, 'id', who),
    fields: { secret_note: isKeeper },
  },
  passports: {
    sqlName: 'passports',
    key: ['id'],
    columns: { id: 'integer', person_id: 'text', number: 'text', expires_at: 'seconds' },
    exists: signedIn,
    sees: (row, who) => isKeeper(who) || isMine(row, 'person_id', who),
    fields: { number: isKeeper },
  },
  messages: {
    sqlName: 'messages',
    key: ['id'],
    columns: {
      id: 'text',
      sender_id: 'text',
      recipient_id: 'text',
      reply_to_id: 'text',
      body: 'text',
      sent_at: 'milliseconds',
      read: 'boolean',
    },
    exists: signedIn,
    sees: (row, who) => isKeeper(who) || isMine(row, 'sender_id', who) || isMine(row, 'recipient_id', who),
    search: ['body'],
  },
  regions: {
    sqlName: 'regions',
    key: ['country', 'code'],
    columns: { country: 'text', code: 'integer', title: 'text', secret: 'boolean' },
    sees: (row, who) => isKeeper(who) || row.secret === 0n,
  },
  cities: {
    sqlName: 'cities',
    key: ['country', 'region_code', 'name'],
    columns: {
      country: 'text',
      region_code: 'integer',
      name: 'text',
      population: 'integer',
      latitude: 'real',
      twin_country: 'text',
      twin_region_code: 'integer',
      twin_name: 'text',
    },
    sees: all,
    search: ['name'],
  },
  clubs: { sqlName: 'clubs', key: ['id'], columns: { id: 'integer', name: 'text' }, sees: all },
  memberships: {
    sqlName: 'club_memberships',
    key: ['club_id', 'person_id'],
    columns: { club_id: 'integer', person_id: 'text', since: 'text' },
    exists: signedIn,
    sees: (_, who) => signedIn(who),
  },
  invitations: {
    sqlName: 'invitations',
    key: ['id'],
    columns: { id: 'integer', club_id: 'integer', email: 'text' },
    exists: signedIn,
    sees: (row, who, data) =>
      isKeeper(who) ||
      (who.kind === 'user' && row.email === who.email) ||
      data
        .get('club_memberships')
        ?.some((member) => member.club_id === row.club_id && isMine(member, 'person_id', who)) === true,
  },
  ledger: {
    sqlName: 'ledger',
    key: ['id'],
    columns: { id: 'integer', person_id: 'text', amount_cents: 'integer' },
    exists: isKeeper,
    sees: (_, who) => isKeeper(who),
  },
  group: { sqlName: 'group', key: ['select'], columns: { select: 'text', from: 'integer' }, sees: all },
  order: {
    sqlName: 'order',
    key: ['group', 'by'],
    columns: { group: 'text', by: 'integer', where: 'text', limit: 'integer' },
    sees: all,
  },
  'weird names': {
    sqlName: 'weird names',
    key: ['the id'],
    columns: {
      'the id': 'integer',
      'naïve "quote" café': 'text',
      order: 'integer',
      group: 'text',
      "apostrophe's": 'text',
      'comma,dot.(paren)': 'text',
      'colon::text': 'text',
      '->arrow': 'text',
      'percent%20&=?#/+': 'text',
      'back\\slash': 'json',
      '日本語 😀': 'text',
      UPPER: 'text',
      'owner\tid': 'text',
      'parent id': 'integer',
    },
    sees: (row, who) => isKeeper(who) || row['owner\tid'] === null || isMine(row, 'owner\tid', who),
    fields: { UPPER: isMember },
    search: ['naïve "quote" café', '日本語 😀'],
    paths: [
      { column: 'back\\slash', steps: ['a "b"'] },
      { column: 'back\\slash', steps: ['a "b"', 0] },
      { column: 'back\\slash', steps: ['a "b"', 1, 'e.f'], type: 'number' },
      { column: 'back\\slash', steps: [1] },
    ],
  },
  ...values,
}

type Pairs = Way['near']
const one = (from: string, name: string, to: string, near: Pairs, hint?: string): Way => ({
  from,
  name,
  to,
  toOne: true,
  near,
  ...(hint !== undefined && { hint }),
})
const many = (from: string, name: string, to: string, near: Pairs, hint?: string): Way => ({
  ...one(from, name, to, near, hint),
  toOne: false,
})

const region: Pairs = [
  ['country', 'country'],
  ['region_code', 'code'],
]
const regionBack: Pairs = [
  ['country', 'country'],
  ['code', 'region_code'],
]
const twin: Pairs = [
  ['twin_country', 'country'],
  ['twin_region_code', 'region_code'],
  ['twin_name', 'name'],
]
const flip = (pairs: Pairs): Pairs => pairs.map(([a, b]) => [b, a])

export const fixture: World = {
  tables,
  ways: [
    one('people', 'manager', 'people', [['manager_id', 'id']]),
    one('people', 'manager_id', 'people', [['manager_id', 'id']]),
    many('people', 'people', 'people', [['id', 'manager_id']]),
    many('people', 'sent', 'messages', [['id', 'sender_id']]),
    many('people', 'received', 'messages', [['id', 'recipient_id']]),
    many('people', 'messages', 'messages', [['id', 'recipient_id']], 'recipient_id'),
    one('people', 'passport', 'passports', [['id', 'person_id']]),
    one('people', 'passports', 'passports', [['id', 'person_id']]),
    many('people', 'memberships', 'memberships', [['id', 'person_id']]),
    many('people', 'ledger', 'ledger', [['id', 'person_id']]),
    {
      ...many('people', 'clubs', 'clubs', [['id', 'person_id']]),
      through: { table: 'memberships', far: [['club_id', 'id']] },
    },
    {
      ...many('clubs', 'people', 'people', [['id', 'club_id']]),
      through: { table: 'memberships', far: [['person_id', 'id']] },
    },
    many('clubs', 'memberships', 'memberships', [['id', 'club_id']]),
    many('clubs', 'invitations', 'invitations', [['id', 'club_id']]),
    one('memberships', 'clubs', 'clubs', [['club_id', 'id']]),
    one('memberships', 'people', 'people', [['person_id', 'id']]),
    one('invitations', 'clubs', 'clubs', [['club_id', 'id']]),
    one('ledger', 'people', 'people', [['person_id', 'id']]),
    one('passports', 'holder', 'people', [['person_id', 'id']]),
    one('messages', 'sender', 'people', [['sender_id', 'id']]),
    one('messages', 'recipient', 'people', [['recipient_id', 'id']]),
    one('messages', 'people', 'people', [['sender_id', 'id']], 'sender_id'),
    one('messages', 'reply_to', 'messages', [['reply_to_id', 'id']]),
    many('messages', 'messages', 'messages', [['id', 'reply_to_id']]),
    one('cities', 'region', 'regions', region),
    one('cities', 'regions', 'regions', region, 'cities_region_fk'),
    many('regions', 'cities', 'cities', regionBack),
    one('cities', 'twin', 'cities', twin),
    one('cities', 'cities_twin_fk', 'cities', twin),
    many('cities', 'cities', 'cities', flip(twin)),
    many('group', 'order', 'order', [['select', 'group']]),
    many('group', 'weird names', 'weird names', [['select', 'group']]),
    one('order', 'its group', 'group', [['group', 'select']]),
    one('weird names', 'group', 'group', [['group', 'select']]),
    one('weird names', 'the "parent"', 'weird names', [['parent id', 'the id']]),
    many('weird names', 'weird names', 'weird names', [['the id', 'parent id']]),
  ],
}
