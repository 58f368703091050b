import { type Html, html } from '../../base/http/html.ts'
import { document } from './document.ts'

/** What would have been sent. */
export interface KeptMail {
  readonly id: number
  readonly at: Date
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Mails of one run, the newest first; the oldest give way. */
export interface Inbox {
  readonly mails: readonly KeptMail[]
  keep(mail: Omit<KeptMail, 'id' | 'at'>): KeptMail
}

const mostMails = 200

export function openInbox(): Inbox {
  const mails: KeptMail[] = []
  let count = 0
  return {
    mails,
    keep(mail) {
      count += 1
      const kept = { ...mail, id: count, at: new Date() }
      mails.unshift(kept)
      mails.splice(mostMails)
      return kept
    },
  }
}

export function inboxPage(name: string, mails: readonly KeptMail[]): string {
  const list = mails.map(
    ({ id, to, subject, at }) =>
      html`<li><a href="/dev/mail/${id}"><span>${to}</span><span>${subject}</span><time datetime="${at.toISOString()}">${clockOf(at)}</time></a></li>\n`,
  )
  const none = html`<p>Nothing was sent yet. Sign up at <a href="/dev/sign-in">the sign-in page</a>.</p>`
  return document(
    `Mail of ${name}`,
    html`<main id="main"><h1>Mail</h1>
<p class="dim">What ${name} would have sent, the newest first. Nothing leaves this machine. <a href="/dev/sign-in">Sign-in page</a></p>
${list.length === 0 ? none : html`<ul class="mails">${list}</ul>`}</main>`,
  )
}

export function mailPage(mail: KeptMail): string {
  return document(
    mail.subject,
    html`<main id="main"><p><a href="/dev/mail">All mail</a></p><h1>${mail.subject}</h1>
<p class="dim">To <span id="to">${mail.to}</span>, from ${mail.from}, at ${clockOf(mail.at)}</p>
${linksOf(mail.text)}
<iframe id="html" title="The mail as HTML" sandbox="allow-top-navigation-by-user-activation" srcdoc="${`<base target="_top">${mail.html}`}"></iframe>
<h2>As text</h2><pre id="text"><code>${mail.text}</code></pre></main>`,
  )
}

/** Links of the text, to be clicked beside the mail: what stands in the frame cannot be reached by a keyboard's shortcuts. */
function linksOf(text: string): Html {
  const links = [...text.matchAll(/https?:\/\/\S+/g)].map(([url]) => url)
  return html`<ul class="links">${links.map((url) => html`<li><a class="in-mail" href="${url}">${url}</a></li>`)}</ul>`
}

function clockOf(at: Date): string {
  return at.toTimeString().slice(0, 8)
}
