import type { Way, Who, World } from '../oracle/world.ts'

const isLibrarian = (who: Who) => who.kind === 'user' && who.role === 'librarian'

const times = { created_at: 'milliseconds', updated_at: 'milliseconds' } as const

const across = (from: string, to: string, near: string, far: string): Way => ({
  from,
  name: to,
  to,
  toOne: false,
  near: [['id', near]],
  through: { table: 'authorships', far: [[far, 'id']] },
})
const one = (from: string, name: string, key: string): Way => ({
  from,
  name,
  to: name,
  toOne: true,
  near: [[key, 'id']],
})
const many = (from: string, name: string, key: string): Way => ({
  from,
  name,
  to: name,
  toOne: false,
  near: [['id', key]],
})

/** @param now the time of the request, in milliseconds since 1970 */
export const libraryWorld = (now: () => number): World => ({
  tables: {
    publishers: {
      sqlName: 'publishers',
      key: ['id'],
      columns: { id: 'integer', name: 'text' },
      sees: () => true,
    },
    authors: {
      sqlName: 'authors',
      key: ['id'],
      columns: {
        id: 'integer',
        name: 'text',
        rating: 'real',
        code: 'text',
        registered_by: 'text',
        ...times,
      },
      sees: () => true,
    },
    books: {
      sqlName: 'books',
      key: ['id'],
      columns: {
        id: 'integer',
        title: 'text',
        blurb: 'text',
        publisher_id: 'integer',
        details: 'json',
        secret: 'boolean',
        lent_until: 'seconds',
        isbn: 'text',
        copies: 'integer',
        sequel_of: 'integer',
        ...times,
      },
      sees: (row, who) => isLibrarian(who) || row.secret === 0n,
      lives: (row) => row.lent_until === null || Number(row.lent_until) > Math.floor(now() / 1000),
      fields: { publisher_id: isLibrarian, blurb: isLibrarian },
      search: ['title', 'blurb'],
      paths: [
        { column: 'details', steps: ['pages'], type: 'number' },
        { column: 'details', steps: ['out'], type: 'boolean' },
        { column: 'details', steps: ['tags', 0], type: 'text' },
      ],
    },
    authorships: {
      sqlName: 'authorships',
      key: ['author_id', 'book_id'],
      columns: {
        author_id: 'integer',
        book_id: 'integer',
        share: 'integer',
        secret: 'boolean',
        editor_id: 'text',
      },
      unnamed: ['withdrawn_at'],
      lives: (row) => row.withdrawn_at === null,
      sees: (row, who) =>
        isLibrarian(who) || row.secret === 0n || (who.kind === 'user' && row.editor_id === who.id),
      fields: { editor_id: isLibrarian },
    },
    suggestions: {
      sqlName: 'suggestions',
      key: ['id'],
      columns: { id: 'integer', book_id: 'integer', body: 'text', tone: 'text', channel: 'text' },
      exists: isLibrarian,
      sees: (_, who) => isLibrarian(who),
    },
  },
  ways: [
    across('authors', 'books', 'author_id', 'book_id'),
    across('books', 'authors', 'book_id', 'author_id'),
    many('authors', 'authorships', 'author_id'),
    many('books', 'authorships', 'book_id'),
    one('authorships', 'authors', 'author_id'),
    one('authorships', 'books', 'book_id'),
    one('books', 'publishers', 'publisher_id'),
    many('publishers', 'books', 'publisher_id'),
    { ...one('books', 'prior', 'sequel_of'), to: 'books' },
    one('suggestions', 'books', 'book_id'),
    many('books', 'suggestions', 'book_id'),
  ],
})
