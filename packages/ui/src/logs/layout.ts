import { plain } from './ansi.ts';
import type { LogModel } from './model.ts';

/** Columns that a text takes in a monospaced font: wide characters take two, a tab up to eight. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    columns += code === 9 ? 8 - (columns % 8) : code >= 0x1100 && WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/**
 * Where each row of wrapped lines begins, in screen lines: sums that grow as lines come, so that a row
 * is found by halving among a million.
 */
export class WrapLayout {
  private readonly model: LogModel;
  readonly columns: number;
  private ends: number[] = [];

  constructor(model: LogModel, columns: number) {
    this.model = model;
    this.columns = Math.max(10, columns);
  }

  /** Takes the rows that came since; a model that shows another node needs another layout. */
  update(): void {
    for (let row = this.ends.length; row < this.model.shown; row += 1) {
      const text = plain(this.model.text(row));
      // Nearly all lines are short: their length decides without counting columns.
      const columns = text.length * 2 <= this.columns ? 1 : columnsOf(text);
      const lines = Math.max(1, Math.ceil(columns / this.columns));
      this.ends.push((this.ends[row - 1] ?? 0) + lines);
    }
  }

  get total(): number {
    return this.ends.at(-1) ?? 0;
  }

  /** First screen line of a row. */
  top(row: number): number {
    return row <= 0 ? 0 : (this.ends[row - 1] ?? this.total);
  }

  linesOf(row: number): number {
    return (this.ends[row] ?? 0) - this.top(row);
  }

  /** The row at a screen line. */
  rowAt(line: number): number {
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle] ?? 0) <= line) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
