import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { Quota } from '@topsdl/contract';
import { useState, type JSX } from 'react';
import { Button } from '../feedback/states.tsx';
import { useTrans } from '../host.tsx';
import type { WidgetProps } from './widgets.tsx';

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** Rows of two texts, with a button that adds one and one that takes one away. */
function PairRows(props: {
  readonly id: string;
  readonly label: string;
  readonly pairs: readonly Pair[];
  readonly names: readonly [string, string];
  readonly suggestions?: readonly string[];
  readonly add: string;
  onChange(pairs: readonly Pair[]): void;
  onBlur(): void;
}): JSX.Element {
  const trans = useTrans();
  const { id, pairs, names, onChange } = props;
  const set = (index: number, change: Partial<Pair>) =>
    onChange(pairs.map((pair, at) => (at === index ? { ...pair, ...change } : pair)));
  return (
    <div
      className="topsdl-Pairs"
      role="group"
      aria-labelledby={`${id}-label`}
      onBlur={props.onBlur}
    >
      {props.suggestions && (
        <datalist id={`${id}-suggestions`}>
          {props.suggestions.map(word => (
            <option key={word} value={word} />
          ))}
        </datalist>
      )}
      {pairs.map((pair, index) => (
        <div key={index} className="topsdl-Pairs-row">
          <input
            {...(index === 0 ? { id } : {})}
            className="topsdl-Input"
            aria-label={`${names[0]} ${index + 1}`}
            placeholder={names[0]}
            autoComplete="off"
            list={props.suggestions && `${id}-suggestions`}
            value={pair.key}
            onChange={event => set(index, { key: event.target.value })}
          />
          <input
            className="topsdl-Input"
            aria-label={`${names[1]} ${index + 1}`}
            placeholder={names[1]}
            autoComplete="off"
            value={pair.value}
            onChange={event => set(index, { value: event.target.value })}
          />
          <Button
            minimal
            icon={closeIcon}
            label={trans.__('Remove %1', pair.key)}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button minimal icon={addIcon} onClick={() => onChange([...pairs, { key: '', value: '' }])}>
        {props.add}
      </Button>
    </div>
  );
}

/** Environment variables and the like: an object of texts. */
export function Pairs(props: WidgetProps): JSX.Element {
  const trans = useTrans();
  // Rows keep their place while a name is typed, and two may have the same name for a moment.
  const [pairs, setPairs] = useState<readonly Pair[]>(() =>
    Object.entries((props.value ?? {}) as Record<string, string>).map(([key, value]) => ({
      key,
      value
    }))
  );
  return (
    <PairRows
      id={props.id}
      label={props.label}
      pairs={pairs}
      names={[trans.__('Name'), trans.__('Value')]}
      add={trans.__('Add')}
      onBlur={props.onBlur}
      onChange={next => {
        setPairs(next);
        props.onChange(
          Object.fromEntries(
            next.filter(({ key, value }) => key || value).map(({ key, value }) => [key, value])
          )
        );
      }}
    />
  );
}

/** A project's quotas: resources and their limits as quantities. */
export function Quotas(props: WidgetProps): JSX.Element {
  const trans = useTrans();
  const [quotas, setQuotas] = useState<readonly Pair[]>(() =>
    ((props.value ?? []) as Quota[]).map(({ resource, limit }) => ({ key: resource, value: limit }))
  );
  return (
    <PairRows
      id={props.id}
      label={props.label}
      pairs={quotas}
      names={[trans.__('Resource'), trans.__('Limit')]}
      suggestions={['cpu', 'memory', 'storage', 'requests.enflame.com/dtu']}
      add={trans.__('Add a quota')}
      onBlur={props.onBlur}
      onChange={next => {
        setQuotas(next);
        props.onChange(
          next
            .filter(({ key, value }) => key || value)
            .map(({ key, value }) => ({ resource: key, limit: value }))
        );
      }}
    />
  );
}
