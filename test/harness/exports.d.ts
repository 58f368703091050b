// biome-ignore lint/style/noNamespace: this is how the types of the platform learn what the Worker exports
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts')
  }
}
