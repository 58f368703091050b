import type { JsonObject } from '../json.ts'

/** RFC 9457, with the members that PostgREST's and GoTrue's clients read. */
export const problemSchema: JsonObject = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['type', 'title', 'status', 'code', 'message', 'details', 'hint', 'error_code', 'msg'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string', description: 'The same for each problem of one code' },
    status: { type: 'integer', description: 'The HTTP status' },
    code: { type: 'string', description: "PostgREST's code, PostgreSQL's SQLSTATE, or a word" },
    message: { type: 'string', description: 'What is wrong, in one sentence' },
    details: { type: ['string', 'null'] },
    hint: { type: ['string', 'null'], description: 'What to do about it' },
    errors: {
      type: 'array',
      description: 'Everything that is wrong with the body, if it is the body',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string', format: 'json-pointer', description: 'Where in the body (RFC 6901)' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
    error_code: { type: 'string', description: 'The code again, for clients of GoTrue' },
    msg: { type: 'string', description: 'The message again, for clients of GoTrue' },
  },
}
