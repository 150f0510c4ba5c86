import type { JSX } from 'react';
import { useTrans } from '../host.tsx';
import type { FieldHint, FieldProps, FieldSchema, Values } from './fields.ts';
import { widgetFor } from './fields.ts';
import { widgets } from './widgets.tsx';

interface Props {
  readonly id: string;
  readonly name: string;
  readonly hint: FieldHint;
  readonly schema: FieldSchema | undefined;
  readonly value: unknown;
  readonly values: Values;
  readonly faults: readonly { readonly path: string; readonly text: string }[];
  onChange(value: unknown): void;
  onBlur(): void;
}

/** A field with its label, its mark if it is required, and what is wrong with it. */
export function Field({ id, name, hint, schema, faults, ...rest }: Props): JSX.Element {
  const trans = useTrans();
  const kind = widgetFor(hint, schema);
  const Widget = widgets[kind];
  const invalid = faults.length > 0;
  const textId = invalid || hint.help ? `${id}-text` : undefined;
  const limit = limitOf(kind, schema);
  const props: FieldProps = {
    id,
    label: hint.label,
    hint,
    invalid,
    required: schema?.required ?? false,
    describedBy: textId,
    ...rest
  };
  const length = typeof rest.value === 'string' ? [...rest.value].length : 0;
  return (
    <div
      className={`topsdl-Field ${hint.wide || WIDE.has(kind) ? 'topsdl-mod-wide' : ''}`}
      data-field={name}
    >
      <div className="topsdl-Field-head">
        <label htmlFor={id} id={`${id}-label`}>
          {hint.label}
          {schema?.required && kind !== 'switch' && (
            <span className="topsdl-Field-mark" title={trans.__('Required')} aria-hidden="true">
              *
            </span>
          )}
        </label>
        {limit !== undefined && length > limit * 0.8 && (
          <span className={length > limit ? 'topsdl-Field-over' : 'topsdl-Field-count'}>
            {length}/{limit}
          </span>
        )}
      </div>
      {hint.render ? hint.render(props) : <Widget {...props} schema={schema} />}
      {invalid ? (
        <div className="topsdl-Field-fault" id={textId} role="alert">
          {faults.map(({ path, text }) => (
            <div key={path}>
              {path && <code>{path}</code>} {text}
            </div>
          ))}
        </div>
      ) : (
        hint.help && (
          <div className="topsdl-Field-help" id={textId}>
            {hint.help}
          </div>
        )
      )}
    </div>
  );
}

const WIDE = new Set(['command', 'spec', 'pairs', 'quotas', 'textarea']);

/** The limits that the rules of the contract have, for the count beside the label. */
function limitOf(kind: string, schema: FieldSchema | undefined): number | undefined {
  return (
    schema?.maxLength ??
    (kind === 'command' ? 3000 : kind === 'textarea' ? 500 : kind === 'text' ? 50 : undefined)
  );
}
