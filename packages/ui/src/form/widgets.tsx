import { type ComponentType, type JSX, type KeyboardEvent, useState } from 'react';
import { useTrans } from '../host.tsx';
import { Chips } from './chips.tsx';
import { Choice, Choices } from './choice.tsx';
import type { FieldHint, FieldProps, FieldSchema } from './fields.ts';
import { Pairs, Quotas } from './pairs.tsx';
import { formatQuantity, parseBytes } from './quantity.ts';
import { SpecTable } from './SpecTable.tsx';

export interface WidgetProps extends FieldProps {
  readonly schema: FieldSchema | undefined;
}

/** Attributes that every plain control has. */
function control({ id, invalid, required, describedBy, onBlur }: WidgetProps) {
  return {
    id,
    'aria-invalid': invalid,
    'aria-required': required,
    'aria-describedby': describedBy,
    onBlur
  };
}

function Text(props: WidgetProps): JSX.Element {
  return (
    <input
      {...control(props)}
      className="topsdl-Input"
      type="text"
      autoComplete="off"
      placeholder={props.hint.placeholder}
      value={asText(props.value)}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

function Password(props: WidgetProps): JSX.Element {
  return (
    <input
      {...control(props)}
      className="topsdl-Input"
      type="password"
      autoComplete="new-password"
      placeholder={props.hint.placeholder}
      value={asText(props.value)}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

function Textarea(props: WidgetProps): JSX.Element {
  return (
    <textarea
      {...control(props)}
      className="topsdl-Input"
      rows={3}
      placeholder={props.hint.placeholder}
      value={asText(props.value)}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

/** A shell line: monospace, with the numbers of its lines. */
function Command(props: WidgetProps): JSX.Element {
  const text = asText(props.value);
  const lines = text.split('\n').length;
  return (
    <div className="topsdl-Command" data-invalid={props.invalid}>
      <pre aria-hidden="true">
        {Array.from({ length: Math.max(lines, 4) }, (_, index) => index + 1).join('\n')}
      </pre>
      <textarea
        {...control(props)}
        rows={Math.max(lines, 4)}
        wrap="off"
        spellCheck={false}
        placeholder={props.hint.placeholder}
        value={text}
        onChange={event => props.onChange(event.target.value)}
      />
    </div>
  );
}

/** Digits with a point: JavaScript would also read `0x10`, `1e9`, white space and `Infinity`. */
const PLAIN_NUMBER = /^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;

/** Keeps what is typed while it is not a number yet. */
function NumberInput(props: WidgetProps): JSX.Element {
  const { schema, value, hint } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const trans = useTrans();
  const step = schema?.multipleOf ?? (schema?.type === 'integer' ? 1 : 0.1);
  const set = (next: number) => {
    const low = schema?.minimum ?? -Infinity;
    const high = schema?.maximum ?? Infinity;
    setTyped(null);
    props.onChange(Number(Math.min(high, Math.max(low, next)).toFixed(6)));
  };
  const current = typeof value === 'number' ? value : (schema?.minimum ?? 0);
  return (
    <span className="topsdl-Number">
      <button
        type="button"
        tabIndex={-1}
        aria-label={trans.__('Decrease')}
        onClick={() => set(current - step)}
      >
        −
      </button>
      <input
        {...control(props)}
        className="topsdl-Input"
        type="text"
        inputMode="decimal"
        role="spinbutton"
        aria-valuenow={typeof value === 'number' ? value : undefined}
        aria-valuemin={schema?.minimum}
        aria-valuemax={schema?.maximum}
        value={typed ?? asText(value)}
        onChange={event => {
          const text = event.target.value;
          setTyped(text);
          // What is no number as people write one goes to the rule as text, which says so.
          props.onChange(text === '' ? undefined : PLAIN_NUMBER.test(text) ? Number(text) : text);
        }}
        onBlur={() => {
          setTyped(null);
          props.onBlur();
        }}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
            event.preventDefault();
            set(current + (event.key === 'ArrowUp' ? step : -step));
          }
        }}
      />
      <button
        type="button"
        tabIndex={-1}
        aria-label={trans.__('Increase')}
        onClick={() => set(current + step)}
      >
        +
      </button>
      {hint.unit && <span className="topsdl-Field-help">{hint.unit}</span>}
    </span>
  );
}

/** An amount of bytes, typed as people write it: `16Gi`, `512Mi`. */
function Bytes(props: WidgetProps): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      {...control(props)}
      className="topsdl-Input"
      type="text"
      autoComplete="off"
      placeholder="16Gi"
      value={
        typed ??
        (typeof props.value === 'number' ? formatQuantity(props.value) : asText(props.value))
      }
      onChange={event => {
        setTyped(event.target.value);
        props.onChange(parseBytes(event.target.value) ?? event.target.value);
      }}
      onBlur={() => {
        setTyped(null);
        props.onBlur();
      }}
    />
  );
}

function Switch(props: WidgetProps): JSX.Element {
  const on = props.value === true;
  return (
    <button
      {...control(props)}
      type="button"
      role="switch"
      className="topsdl-Switch"
      aria-checked={on}
      onClick={() => props.onChange(!on)}
    >
      <span aria-hidden="true" />
    </button>
  );
}

function Color(props: WidgetProps): JSX.Element {
  return (
    <input
      {...control(props)}
      className="topsdl-Color"
      type="color"
      value={asText(props.value) || '#0072b2'}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

/** The widgets by the names that hints have for them. */
export const widgets: Readonly<
  Record<NonNullable<FieldHint['widget']>, ComponentType<WidgetProps>>
> = {
  text: Text,
  textarea: Textarea,
  command: Command,
  number: NumberInput,
  bytes: Bytes,
  switch: Switch,
  choice: Choice,
  choices: Choices,
  spec: SpecTable,
  pairs: Pairs,
  chips: Chips,
  password: Password,
  quotas: Quotas,
  color: Color
};

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
