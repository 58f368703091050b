import { describe, expect, test } from 'vitest'
import type { Letter } from '../../src/declare/auth/mail.ts'
import { render } from '../../src/mail/template/render.ts'
import { words } from '../../src/mail/template/words.ts'

const abouts = Object.keys(words) as Letter['about'][]
const link =
  'https://api.shop.example/auth/v1/verify?token=abc&type=signup&redirect_to=https%3A%2F%2Fshop.example'

const withLinks = [
  'confirmation',
  'magic_link',
  'recovery',
  'invite',
  'email_change_current',
  'email_change_new',
]

/** A letter of every kind, with all that it may hold. */
function letter(about: Letter['about'], what = 'Firefox, Lisbon'): Letter {
  const given = withLinks.includes(about)
    ? { link, code: '123456', newEmail: 'new@example.com' }
    : about === 'reauthentication'
      ? { code: '123456' }
      : { at: new Date(0), what }
  return { to: 'ada@example.com', about, ...given } as Letter
}

describe.each(abouts)('%s', (about) => {
  const mail = render(letter(about), { productName: 'Shop & <Co>' })

  test('says the same as text and as HTML, in one line of subject', () => {
    expect(mail.subject).toMatch(/^[^\r\n]{5,120}$/)
    expect(mail.subject).toContain('Shop & <Co>')
    const given = letter(about)
    const parts = [
      'link' in given ? given.link : '',
      'code' in given ? given.code : '',
      'what' in given ? given.what : '',
    ]
    for (const part of parts) {
      expect(mail.text).toContain(part)
      expect(mail.html).toContain(part?.replaceAll('&', '&#38;'))
    }
    expect(mail.text).not.toMatch(/[{}]|undefined/)
    expect(mail.html).not.toMatch(/<Co>|undefined/)
  })

  test('loads nothing and runs nothing', () => {
    expect(mail.html).not.toMatch(/<(?:img|script|link|iframe|form)|\bsrc=|url\(|@import/i)
  })
})

test('a link is the first address in the text, and a code stands outside of it', () => {
  const { text } = render(letter('confirmation'), { productName: 'Shop' })
  expect(/https?:\/\/\S+/.exec(text)?.[0]).toBe(link)
  expect(/\b\d{6}\b/.exec(text.replace(link, ''))?.[0]).toBe('123456')
})

test('what others wrote breaks no header, no markup and makes no link', () => {
  const evil = 'Shop\r\nBcc: eve@example.com\u2028</p><script>alert(1)</script>{what} https://evil.example'
  const mail = render(letter('new_sign_in', evil), { productName: evil })
  expect(mail.subject).not.toMatch(/[\r\n\u2028]/)
  for (const text of [mail.html, mail.text]) expect(text).not.toContain('https://evil')
  expect(mail.html).not.toContain('<script>')
  const { text } = render(letter('new_sign_in', 'a'.repeat(10_000)), { productName: 'b'.repeat(10_000) })
  expect(text.length).toBeLessThan(1_500)
})
