/** Between the binding and the server: `cacheTtl` of a get, `expirationTtl` of a put, both in seconds. */
export const kvHeaders = { cacheSeconds: 'x-cache-ttl', lifeSeconds: 'x-expiration-ttl' } as const
