/** Answers as many bytes as a page of products has, and does nothing else: what the simulation itself costs. */
const body = 'x'.repeat(4_000)

export default {
  fetch: (): Response => new Response(body, { headers: { 'server-timing': 'trips;desc="0"' } }),
}
