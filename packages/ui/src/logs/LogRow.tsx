import type { JSX } from 'react';
import { spans } from './ansi.ts';
import { severityOf, type LogModel } from './model.ts';
import { shortNode } from './nodes.ts';

interface Props {
  readonly line: ReturnType<LogModel['line']>;
  readonly top: number;
  readonly height: number;
  readonly query: string;
  readonly marked: boolean;
  readonly showNode: boolean;
  readonly locale: string;
}

/** One line: number, time, node, and what was written, as text and nothing else. */
export function LogRow({ line, top, height, query, marked, showNode }: Props): JSX.Element {
  const severity = severityOf(line.text);
  const time = new Date(line.time);
  return (
    <div
      className={`topsdl-Log-row ${severity ? `topsdl-mod-${severity}` : ''} ${marked ? 'topsdl-mod-marked' : ''} topsdl-mod-${line.stream}`}
      style={{ top, height }}
    >
      <span className="topsdl-Log-gutter">
        <span className="topsdl-Log-number">{line.number}</span>
        <time dateTime={time.toISOString()} title={time.toISOString()}>
          {clock(time)}
        </time>
        {showNode && (
          <span
            className={`topsdl-Log-node topsdl-mod-color${line.nodeIndex % 7}`}
            title={line.node}
          >
            {shortNode(line.node)}
          </span>
        )}
      </span>
      <span className="topsdl-Log-text">
        {spans(line.text).map((span, index) => (
          <span key={index} className={span.look.map(name => `topsdl-ansi-${name}`).join(' ')}>
            {highlight(span.text, query)}
          </span>
        ))}
      </span>
    </div>
  );
}

/** hh:mm:ss of the reader's day; logs are read in a hurry. */
function clock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map(part => String(part).padStart(2, '0'))
    .join(':');
}

function highlight(text: string, query: string): (string | JSX.Element)[] {
  if (!query) {
    return [text];
  }
  const parts: (string | JSX.Element)[] = [];
  const lower = text.toLowerCase();
  const needle = query.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + needle.length)}</mark>);
    from = at + needle.length;
  }
  parts.push(text.slice(from));
  return parts;
}
