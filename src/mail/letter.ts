/** A mail that sign-in sends: what it is about, and what stands in it. The words are the templates' (`render`). */
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
