/** What a product is called where it is checked. */
export function productName(id: string): string {
  return `product ${id}`
}

/** What pieces sold of a product are called where they are counted. */
export function salesName(id: string): string {
  return `sales of ${id}`
}
