/** Who tells people from programs. Made by `turnstile()`. */
export interface CaptchaProvider {
  readonly name: string
}
