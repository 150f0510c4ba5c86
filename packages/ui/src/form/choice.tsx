import { useEffect, useId, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import { describeError } from '../feedback/sentences.ts';
import { useTops, useTrans } from '../host.tsx';
import { useDelayed } from '../memory.ts';
import type { Option } from './fields.ts';
import { asText, type WidgetProps } from './widgets.tsx';

/** One of a few that are known: the browser's own select; of many: a combo box with search. */
export function Choice(props: WidgetProps): JSX.Element {
  const { hint, schema, value } = props;
  const trans = useTrans();
  const options: readonly Option[] =
    hint.options ?? schema?.values?.map(word => ({ value: word, label: word })) ?? [];
  if (hint.search || options.length > 12) {
    return (
      <Combo
        {...props}
        options={options}
        selected={value === undefined || value === null ? [] : [asText(value)]}
        onSelect={option => props.onChange(option?.value ?? null)}
      />
    );
  }
  const none = hint.none ?? (props.required ? trans.__('Choose…') : trans.__('None'));
  return (
    <select
      id={props.id}
      className="topsdl-Input"
      aria-invalid={props.invalid}
      aria-required={props.required}
      aria-describedby={props.describedBy}
      value={asText(value)}
      onBlur={props.onBlur}
      onChange={event => props.onChange(event.target.value === '' ? null : event.target.value)}
    >
      {(!props.required || asText(value) === '') && <option value="">{none}</option>}
      {options.map(option => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.note ? `${option.label} · ${option.note}` : option.label}
        </option>
      ))}
    </select>
  );
}

/** Any of many: chips of what is chosen, and a combo box with search that adds. */
export function Choices(props: WidgetProps): JSX.Element {
  const trans = useTrans();
  const { hint, schema } = props;
  const chosen = Array.isArray(props.value) ? props.value.map(String) : [];
  const [known, setKnown] = useState(
    () => new Map([...(hint.options ?? []), ...(hint.chosen ?? [])].map(o => [o.value, o]))
  );
  const options = hint.options ?? schema?.values?.map(word => ({ value: word, label: word })) ?? [];
  const remove = (value: string) => props.onChange(chosen.filter(other => other !== value));
  return (
    <div className="topsdl-Choices">
      {chosen.length > 0 && (
        <div className="topsdl-Chips topsdl-mod-plain">
          {chosen.map(value => (
            <span key={value} className="topsdl-Chip">
              {known.get(value)?.label ?? value}
              <button
                type="button"
                aria-label={trans.__('Remove %1', known.get(value)?.label ?? value)}
                onClick={() => remove(value)}
              >
                ×
              </button>
            </span>
          ))}
        </div>
      )}
      <Combo
        {...props}
        options={options}
        selected={chosen}
        many
        onSelect={option => {
          if (option) {
            setKnown(old => new Map(old).set(option.value, option));
            if (chosen.includes(option.value)) {
              remove(option.value);
            } else {
              props.onChange([...chosen, option.value]);
            }
          }
        }}
      />
    </div>
  );
}

interface ComboProps extends WidgetProps {
  readonly options: readonly Option[];
  readonly selected: readonly string[];
  readonly many?: boolean;
  onSelect(option: Option | null): void;
}

/** An input that opens a list of choices, narrowed as one types; keys as WAI-ARIA has them for a combo box. */
function Combo(props: ComboProps): JSX.Element {
  const { hint, selected, many } = props;
  const host = useTops();
  const { trans } = host;
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly Option[]>(props.options);
  const [failure, setFailure] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const labels = useRef(new Map((hint.chosen ?? []).map(option => [option.value, option])));
  const wanted = useDelayed(text, 150);
  const { search } = hint;
  const one = many ? undefined : selected[0];

  useEffect(() => {
    if (!search || (!open && (one === undefined || labels.current.has(one)))) {
      return undefined;
    }
    let current = true;
    search(wanted.trim()).then(
      options => {
        if (current) {
          for (const option of options) {
            labels.current.set(option.value, option);
          }
          setFailure(null);
          setFound(options);
          setActive(0);
        }
      },
      (error: unknown) => current && setFailure(describeError(host, error))
    );
    return () => {
      current = false;
    };
    // A search that is made anew at each drawing asks the same.
  }, [wanted, open, one]);

  const shown = search
    ? found
    : props.options.filter(({ label }) => label.toLowerCase().includes(text.trim().toLowerCase()));
  const chosen =
    one === undefined
      ? undefined
      : (labels.current.get(one) ?? props.options.find(o => o.value === one));
  const pick = (option: Option | undefined) => {
    if (option && !option.disabled) {
      props.onSelect(option);
      setText('');
      // The list of what may be chosen further would lie over the fields below.
      setOpen(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive(old => Math.max(0, Math.min(shown.length - 1, open ? old + step : 0)));
    } else if (event.key === 'Enter' && open && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      pick(shown[active]);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (
      (event.key === 'Backspace' || event.key === 'Delete') &&
      text === '' &&
      one !== undefined &&
      !props.required
    ) {
      props.onSelect(null);
    }
  };

  return (
    <div className="topsdl-Combo">
      <input
        id={props.id}
        className="topsdl-Input"
        type="text"
        role="combobox"
        autoComplete="off"
        aria-expanded={open}
        aria-controls={listId}
        aria-activedescendant={open && shown[active] ? `${listId}-${active}` : undefined}
        aria-autocomplete="list"
        aria-invalid={props.invalid}
        aria-required={props.required}
        aria-describedby={props.describedBy}
        placeholder={chosen?.label ?? hint.none ?? (many ? trans.__('Add…') : trans.__('Choose…'))}
        data-chosen={chosen !== undefined}
        value={text}
        onChange={event => {
          setText(event.target.value);
          setOpen(true);
        }}
        onMouseDown={() => setOpen(true)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setOpen(false);
          setText('');
          props.onBlur();
        }}
      />
      {!many && one !== undefined && !props.required && (
        <button
          type="button"
          tabIndex={-1}
          className="topsdl-Combo-clear"
          aria-label={trans.__('Choose none')}
          onMouseDown={event => event.preventDefault()}
          onClick={() => props.onSelect(null)}
        >
          ×
        </button>
      )}
      {open && (
        <ul id={listId} role="listbox" aria-label={props.label} aria-multiselectable={many}>
          {shown.map((option, index) => (
            <li
              key={option.value}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={selected.includes(option.value)}
              aria-disabled={option.disabled}
              data-active={index === active}
              onMouseDown={event => event.preventDefault()}
              onClick={() => pick(option)}
            >
              <span>{option.label}</span>
              {option.note && <small>{option.note}</small>}
            </li>
          ))}
          {shown.length === 0 && (
            <li className="topsdl-Combo-none" aria-disabled="true">
              {failure ?? trans.__('Nothing matches.')}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
