import type { LogLine } from '@topsdl/contract';
import { lastReturn, plain } from './ansi.ts';

export type Severity = 'error' | 'warning' | null;

const ERROR =
  /\b(?:errors?|exception|traceback|fatal|critical|panic|segmentation fault|killed|out of memory)\b/i;
/** Names of exceptions: `ValueError`, `KeyException`. */
const RAISED = /\b[A-Z]\w*(?:Error|Exception)\b/;
const NOT_ERROR = /\b(?:no|0|zero|without) errors?\b|\berrors?[ :=]+0\b/i;
const WARNING = /\bwarn(?:ing)?\b/i;

/** How bad a line sounds; a guess, for finding the place to read. */
export function severityOf(text: string): Severity {
  if ((ERROR.test(text) || RAISED.test(text)) && !NOT_ERROR.test(text)) {
    return 'error';
  }
  return WARNING.test(text) ? 'warning' : null;
}

/**
 * The lines of a log, for a million of them: columns instead of objects, what is shown as a list of
 * indices, and nothing looked at twice.
 */
export class LogModel {
  private readonly texts: string[] = [];
  private readonly times: number[] = [];
  private readonly nodeOf: number[] = [];
  private readonly streams: LogLine['stream'][] = [];
  readonly nodes: string[] = [];
  readonly nodeErrors: number[] = [];
  /** Indices of the lines that sound like errors. */
  private readonly errorLines: number[] = [];
  private warningCount = 0;
  private characters = 0;
  private only: string | null = null;
  private shownLines: number[] | null = null;
  private query = '';
  private hits: number[] = [];
  private readonly listeners = new Set<() => void>();
  private version = 0;
  /** Nothing more will come. */
  ended = false;
  droppedBytes = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getVersion = (): number => this.version;

  get lineCount(): number {
    return this.texts.length;
  }

  get size(): number {
    return this.characters;
  }

  get warnings(): number {
    return this.warningCount;
  }

  get errors(): number {
    return this.errorLines.length;
  }

  /** Lines that are shown: those of one node, or all. */
  get shown(): number {
    return this.shownLines?.length ?? this.texts.length;
  }

  get node(): string | null {
    return this.only;
  }

  get search(): string {
    return this.query;
  }

  /** Places of the search's hits, among the lines shown. */
  get found(): readonly number[] {
    return this.hits;
  }

  append(lines: readonly LogLine[]): void {
    if (lines.length === 0) {
      return;
    }
    const needle = this.query.toLowerCase();
    for (const { node, stream, time, text } of lines) {
      const shownText = lastReturn(text);
      const index = this.texts.push(shownText) - 1;
      let nodeIndex = this.nodes.indexOf(node);
      if (nodeIndex < 0) {
        nodeIndex = this.nodes.push(node) - 1;
      }
      this.nodeOf.push(nodeIndex);
      this.streams.push(stream);
      this.times.push(Date.parse(time));
      this.characters += text.length + 1;
      const severity = severityOf(shownText);
      if (severity === 'error') {
        this.errorLines.push(index);
      } else if (severity === 'warning') {
        this.warningCount += 1;
      }
      if (this.only === null || this.only === node) {
        this.shownLines?.push(index);
        if (needle && plain(shownText).toLowerCase().includes(needle)) {
          this.hits.push(this.shown - 1);
        }
      }
    }
    this.changed();
  }

  end(droppedBytes = this.droppedBytes): void {
    this.ended = true;
    this.droppedBytes = droppedBytes;
    this.changed();
  }

  /** Shows the lines of one node, or of all. */
  show(node: string | null): void {
    this.only = node;
    const nodeIndex = node === null ? -1 : this.nodes.indexOf(node);
    this.shownLines =
      node === null
        ? null
        : this.nodeOf.flatMap((other, index) => (other === nodeIndex ? [index] : []));
    this.find(this.query);
  }

  /** Looks for a text in the lines shown, without regard to case. */
  find(query: string): void {
    this.query = query;
    this.hits = [];
    const needle = query.toLowerCase();
    if (needle) {
      for (let row = 0; row < this.shown; row += 1) {
        if (plain(this.text(row)).toLowerCase().includes(needle)) {
          this.hits.push(row);
        }
      }
    }
    this.changed();
  }

  /** Row of the first line that sounds like an error, among those shown; -1 where there is none. */
  firstError(): number {
    for (const index of this.errorLines) {
      const row = this.shownLines === null ? index : this.rowOf(index);
      if (row >= 0) {
        return row;
      }
    }
    return -1;
  }

  text(row: number): string {
    return this.texts[this.indexOf(row)] ?? '';
  }

  line(row: number) {
    const index = this.indexOf(row);
    return {
      number: index + 1,
      text: this.texts[index] ?? '',
      time: this.times[index] ?? 0,
      nodeIndex: this.nodeOf[index] ?? 0,
      node: this.nodes[this.nodeOf[index] ?? 0] ?? '',
      stream: this.streams[index] ?? 'stdout'
    };
  }

  private indexOf(row: number): number {
    return this.shownLines === null ? row : (this.shownLines[row] ?? -1);
  }

  /** The shown indices are sorted, so a line is found by halving. */
  private rowOf(index: number): number {
    const lines = this.shownLines ?? [];
    let low = 0;
    let high = lines.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const here = lines[middle] ?? 0;
      if (here === index) {
        return middle;
      }
      if (here < index) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  private changed(): void {
    this.version += 1;
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}
