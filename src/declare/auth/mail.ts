import type { Html } from '../../base/http/html.ts'

/** A mail that sign-in sends: what it is about, and what stands in it. */
export type Letter = { readonly to: string } & (
  | {
      /** Something to click or to type. */
      readonly about:
        | 'confirmation'
        | 'magic_link'
        | 'recovery'
        | 'invite'
        | 'email_change_current'
        | 'email_change_new'
      readonly link: string
      /** Six digits. */
      readonly code: string
      /** Of a change: the address that there will be. */
      readonly newEmail?: string
    }
  | { readonly about: 'reauthentication'; readonly code: string }
  | {
      /** Something that happened to the account, for its owner to notice. */
      readonly about:
        | 'new_sign_in'
        | 'password_changed'
        | 'email_changed'
        | 'factor_added'
        | 'factor_removed'
        | 'identity_linked'
        | 'identity_unlinked'
        | 'recovery_code_used'
        | 'sign_up_of_known'
      readonly at: Date
      /** Such as a device and a place, or the name of a factor. */
      readonly what?: string
    }
)

/** One that is about this. */
export type LetterAbout<About extends Letter['about']> = Letter & { readonly about: About }

/** What a mail says, as plain text: the layout has the link, the code and what happened when, and escapes what it is given. */
export interface MailWords {
  /** One line. */
  readonly subject: string
  /** Paragraphs above the link, or the code. */
  readonly lines: readonly string[]
  /** The label of the link. Default: that of the default words. */
  readonly action?: string
  /** Below all else, for who did not expect the mail. Default: that of the default words. */
  readonly otherwise?: string
  /** The whole HTML instead of the layout, made by `html`. It is to have the link, or the code; the text has them anyway. */
  readonly html?: Html
}

/**
 * The words of one mail. It looks at nothing but what it is given: what others wrote is one line there, and no address of a
 * page. One that throws, or gives no subject, is logged, and the mail goes with the default words.
 */
export type MailTemplate<About extends Letter['about']> = (
  letter: LetterAbout<About>,
  context: { readonly productName: string },
) => MailWords

/** By what a mail is about. */
export type MailTemplates = { readonly [About in Letter['about']]?: MailTemplate<About> }

/** What mails say. */
export interface MailDeclaration {
  /** Instead of the default words, which are English; what is left out stays as it is. */
  readonly templates?: MailTemplates
}
