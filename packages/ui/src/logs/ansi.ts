/** A stretch of a line in one look. */
export interface Span {
  readonly text: string;
  /** Class names, without the prefix. */
  readonly look: readonly string[];
}

/** Escape sequences: CSI, OSC up to its end, and two-character ones. */
const ESCAPE =
  /\u001b(?:\[([0-9;:]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])/g;
/** What else does not print, apart from the tab. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** What a terminal would show of a line that returns to its beginning, as progress bars do: the last part. */
export function lastReturn(line: string): string {
  const trimmed = line.replace(/\r+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1);
}

/** The text without escapes and controls. */
export function plain(line: string): string {
  return line.includes('\u001b') || CONTROL.test(line)
    ? line.replace(ESCAPE, '').replace(CONTROL, '')
    : line;
}

/** The text with its colours; every other escape is dropped, and nothing of it does anything. */
export function spans(line: string): Span[] {
  if (!line.includes('\u001b')) {
    return [{ text: plain(line), look: [] }];
  }
  const result: Span[] = [];
  let look: readonly string[] = [];
  let from = 0;
  const push = (text: string) => {
    const shown = text.replace(CONTROL, '');
    if (shown) {
      result.push({ text: shown, look });
    }
  };
  for (const match of line.matchAll(ESCAPE)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') {
      look = restyle(look, (match[1] ?? '').split(/[;:]/).map(Number));
    }
  }
  push(line.slice(from));
  return result;
}

function restyle(before: readonly string[], codes: readonly number[]): readonly string[] {
  let look = [...before];
  const setColor = (color: string | undefined) => {
    look = look.filter(name => !COLORS.includes(name));
    if (color) {
      look.push(color);
    }
  };
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) {
      look = [];
    } else if (code === 1) {
      look.push('bold');
    } else if (code === 2) {
      look.push('dim');
    } else if (code === 22) {
      look = look.filter(name => name !== 'bold' && name !== 'dim');
    } else if (code >= 30 && code <= 37) {
      setColor(COLORS[code - 30]);
    } else if (code >= 90 && code <= 97) {
      setColor(COLORS[code - 90]);
    } else if (code === 39) {
      setColor(undefined);
    } else if (code === 38 || code === 48) {
      // 256 colours or true colour: their arguments are passed over.
      index += codes[index + 1] === 5 ? 2 : 4;
    }
  }
  return look;
}
