/** Stands for a value of a row that an earlier operation of the same transaction makes. */
export class ResultReference {
  readonly operation: number
  readonly row: number
  readonly field: string

  constructor(operation: number, row: number, field: string) {
    this.operation = operation
    this.row = row
    this.field = field
  }
}
