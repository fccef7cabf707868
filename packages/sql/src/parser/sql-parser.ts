export interface SqlParser {
  readonly parse: (text: string) => readonly unknown[]
}
