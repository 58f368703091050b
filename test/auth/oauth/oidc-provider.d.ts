/** What the tests use of it: it brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface Grant {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    readonly Grant: new (of: {
      clientId: string
      accountId: string
    }) => Grant
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<{ readonly params: Readonly<Record<string, unknown>> }>
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
  }

  interface OidcContext {
    readonly client?: { readonly clientId: string }
    readonly session?: { readonly accountId?: string }
    readonly params?: Readonly<Record<string, unknown>>
  }

  interface Configuration {
    readonly [option: string]: unknown
    readonly findAccount: (context: object, sub: string) => object | undefined
    readonly interactions: {
      readonly url: (context: object, interaction: { readonly uid: string }) => string
    }
    readonly loadExistingGrant: (context: { readonly oidc: OidcContext }) => Promise<Grant | undefined>
  }
}
