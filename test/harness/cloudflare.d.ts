/** The part of workerd's module that the tests use: the Worker under test, as it would be called from outside. */
declare module 'cloudflare:workers' {
  export const exports: {
    readonly default: { fetch(input: string | Request, init?: RequestInit): Promise<Response> }
  }
}
