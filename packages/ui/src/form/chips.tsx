import { useState, type JSX } from 'react';
import { flushSync } from 'react-dom';
import { useTrans } from '../host.tsx';
import type { WidgetProps } from './widgets.tsx';

/**
 * The words of a line as a shell would take them: white space parts, quotes keep together. A quote
 * that is not closed goes to the end.
 */
export function argumentsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (const letter of line) {
    if (quote) {
      if (letter === quote) {
        quote = '';
      } else {
        word += letter;
      }
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== null) {
        words.push(word);
      }
      word = null;
    } else {
      word = (word ?? '') + letter;
    }
  }
  return word === null ? words : [...words, word];
}

/**
 * Words, one an entry; Enter ends one, Backspace takes the last back. As a set, a comma ends one too
 * and none is there twice; as a command's arguments (`repeats`) each stays as it was typed.
 */
export function Chips(props: WidgetProps): JSX.Element {
  const trans = useTrans();
  const [text, setText] = useState('');
  const repeats = props.hint.repeats ?? false;
  const words = Array.isArray(props.value) ? props.value.map(String) : [];
  const add = () => {
    const added = repeats
      ? argumentsOf(text)
      : [...new Set(text.split(/[\s,]+/))].filter(word => word && !words.includes(word));
    setText('');
    if (added.length > 0) {
      props.onChange([...words, ...added]);
    }
  };
  return (
    <div className="topsdl-Chips">
      {words.map((word, index) => (
        <span key={index} className="topsdl-Chip">
          {word || '""'}
          <button
            type="button"
            aria-label={trans.__('Remove %1', word)}
            onClick={() => props.onChange(words.filter((_, at) => at !== index))}
          >
            ×
          </button>
        </span>
      ))}
      <input
        id={props.id}
        aria-invalid={props.invalid}
        aria-required={props.required}
        aria-describedby={props.describedBy}
        type="text"
        autoComplete="off"
        placeholder={words.length === 0 ? props.hint.placeholder : undefined}
        value={text}
        onChange={event => setText(event.target.value)}
        onBlur={() => {
          add();
          props.onBlur();
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            // The form is sent by this key, next: it has to know the word by then.
            flushSync(add);
          } else if (event.key === 'Enter' || (event.key === ',' && !repeats)) {
            event.preventDefault();
            add();
          } else if (event.key === 'Backspace' && text === '' && words.length > 0) {
            props.onChange(words.slice(0, -1));
          }
        }}
      />
    </div>
  );
}
