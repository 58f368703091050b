import { describe, expect, test } from 'vitest'
import { html } from '../../src/base/http/html.ts'
import type { Letter, MailTemplates, MailWords } from '../../src/declare/auth/mail.ts'
import { render } from '../../src/mail/template/render.ts'

const link = 'https://api.shop.example/auth/v1/verify?token=abc&type=signup'
const confirmation: Letter = { to: 'ada@example.com', about: 'confirmation', link, code: '123456' }
const signIn: Letter = { to: 'ada@example.com', about: 'new_sign_in', at: new Date(0), what: 'Lisbon' }

function rendered(letter: Letter, templates: MailTemplates) {
  const faults: string[] = []
  const onFault = ({ template }: { readonly template: string }) => void faults.push(template)
  return { mail: render(letter, { productName: 'Laden', templates, onFault }), faults }
}

const usual = render(confirmation, { productName: 'Laden' })

test('an author says it in other words; link, code and what happened stand as ever', () => {
  const templates: MailTemplates = {
    confirmation: ({ to }, { productName }) => ({
      subject: `Willkommen bei ${productName}`,
      lines: [`Guten Tag, ${to}!`, 'Bitte bestätige diese Adresse: <jetzt> & hier.'],
      action: 'Bestätigen',
    }),
    new_sign_in: ({ at, what }) => ({
      subject: 'Neue Anmeldung',
      lines: [`${what}, ${at.getUTCFullYear()}`],
      otherwise: 'Warst du es nicht?',
    }),
  }
  const { mail, faults } = rendered(confirmation, templates)
  expect(mail.subject).toBe('Willkommen bei Laden')
  expect(mail.text.split('\n\n').slice(0, 4)).toEqual([
    'Guten Tag, ada@example.com!',
    'Bitte bestätige diese Adresse: <jetzt> & hier.',
    link,
    'Or type this code: 123456',
  ])
  expect(mail.html).toContain('&#60;jetzt&#62; &#38; hier.')
  expect(mail.html).toContain(`href="${link.replaceAll('&', '&#38;')}"`)
  expect(mail.html).toContain('>Bestätigen</a>')
  expect(mail.text).toContain('without it nothing happens')
  const told = rendered(signIn, templates).mail
  expect(told.text).toContain(
    'Lisbon, 1970\n\nWhen: 1970-01-01 00:00 UTC\nWhat: Lisbon\n\nWarst du es nicht?',
  )
  expect(rendered({ ...confirmation, about: 'invite' }, templates).mail.subject).toBe(
    'You are invited to Laden',
  )
  expect(faults).toEqual([])
})

test('HTML of an author goes instead of the layout, and what they put in is escaped', () => {
  const { mail } = rendered(confirmation, {
    confirmation: ({ link, to }) => ({
      subject: 'Hello',
      lines: ['Hello'],
      html: html`<p>${`<b>${to}</b>`}</p><a href="${link}">go</a>`,
    }),
  })
  expect(mail.html).toBe(
    `<p>&#60;b&#62;ada@example.com&#60;/b&#62;</p><a href="${link.replaceAll('&', '&#38;')}">go</a>`,
  )
  expect(mail.text).toContain(link)
})

test('what others wrote comes to a template as one line without addresses of pages', () => {
  const what = 'Phone\r\nBcc: eve@example.com\u2028 https://evil.example'
  const { mail } = rendered(
    { ...signIn, what },
    { new_sign_in: (letter) => ({ subject: `By ${letter.what}`, lines: [letter.what ?? ''] }) },
  )
  expect(mail.subject).toBe('By Phone Bcc: eve@example.com  https evil.example')
  expect(mail.text + mail.html).not.toContain('https://evil')
})

describe('a template of no use: the default words go, and it is told', () => {
  const nothing: unknown = undefined
  const later: unknown = Promise.resolve({ subject: 'x', lines: [] })
  test.each<readonly [string, string, () => MailWords]>([
    [
      'throws',
      'RangeError',
      () => {
        throw new RangeError('a secret')
      },
    ],
    ['an empty subject', 'no subject', () => ({ subject: '', lines: [] })],
    ['a subject of breaks', 'no subject', () => ({ subject: ' \r\n\u200b', lines: [] })],
    ['nothing', 'no subject', () => nothing as MailWords],
    ['a promise', 'no subject', () => later as MailWords],
    ['no lines', 'no words', () => ({ subject: 'x' }) as MailWords],
    ['a label that is none', 'no words', () => ({ subject: 'x', lines: [], action: later as string })],
  ])('%s', (_, fault, make) => {
    const { mail, faults } = rendered(confirmation, { confirmation: make })
    expect([mail, faults]).toEqual([usual, [fault]])
  })
})

test('a template is given what its mail has', () => {
  const noLink: MailTemplates = {
    // @ts-expect-error a notice has no link
    password_changed: ({ link }) => ({ subject: link, lines: [] }),
  }
  const noMail: MailTemplates = {
    // @ts-expect-error there is no such mail
    greeting: () => ({ subject: 'x', lines: [] }),
  }
  const noHtml: MailTemplates = {
    // @ts-expect-error HTML is made by `html` alone
    invite: () => ({ subject: 'x', lines: [], html: '<b>' }),
  }
  expect([noLink, noMail, noHtml]).toHaveLength(3)
})

test('what an author leaves undefined is as usual: HTML keeps the link', () => {
  // As compilers let pass that do not tell a member that is undefined from none.
  const words: Record<string, unknown> = {
    subject: 'Hallo',
    lines: [],
    action: undefined,
    otherwise: undefined,
  }
  const templates: MailTemplates = {}
  Reflect.set(templates, 'confirmation', () => words)
  const { mail, faults } = rendered(confirmation, templates)
  expect(faults).toEqual([])
  expect(mail.html).toContain(`href="${link.replaceAll('&', '&#38;')}"`)
  expect(mail.text).toContain('without it nothing happens')
})
