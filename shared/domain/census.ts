/** Numbers about a text column that holds few different values. The values themselves never leave their run. */
export interface ColumnCensus {
  /** Names after the last phase. */
  readonly relation: string;
  readonly column: string;
  /** Its type or a constraint names what it may hold. */
  readonly isDeclared: boolean;
  /** Different values after the last phase. */
  readonly values: number;
  /** Different values that were written there when next was asked, and how many of them nobody had written before. */
  readonly writtenByNext: number;
  readonly newWithNext: number;
  /**
   * Values of production that previous was seen to write, that are there after the last phase, and that next was not
   * seen to write.
   */
  readonly left: { readonly values: number; readonly rows: number };
}
