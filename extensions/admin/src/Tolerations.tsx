import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import { Toleration } from '@topsdl/contract';
import { Button, useTops, type FieldProps } from '@topsdl/ui';
import type { JSX } from 'react';

const { operator: OPERATORS, effect: EFFECTS } = Toleration.shape;

/** Taints of machines that nodes of a spec may run in spite of: a row for each, in Kubernetes' own words. */
export function Tolerations(props: FieldProps): JSX.Element {
  const { trans } = useTops();
  const { id, onChange } = props;
  const all = (props.value ?? []) as readonly Toleration[];
  const set = (index: number, change: Toleration) =>
    onChange(
      all.map((toleration, at) => (at === index ? changed(toleration, change) : toleration))
    );
  return (
    <div
      className="topsdl-Pairs"
      role="group"
      aria-labelledby={`${id}-label`}
      aria-describedby={props.describedBy}
      onBlur={props.onBlur}
    >
      {all.map(({ key = '', operator = 'Equal', value = '', effect = '' }, index) => (
        <div key={index} className="topsdl-Tolerations-row">
          <div>
            <input
              {...(index === 0 ? { id } : {})}
              className="topsdl-Input"
              aria-label={trans.__('Key %1', index + 1)}
              placeholder={trans.__('Key')}
              autoComplete="off"
              value={key}
              onChange={event => set(index, { key: event.target.value })}
            />
            <select
              className="topsdl-Input"
              aria-label={trans.__('Operator %1', index + 1)}
              value={operator}
              onChange={event =>
                set(index, { operator: event.target.value as Toleration['operator'] })
              }
            >
              {OPERATORS.unwrap().options.map(word => (
                <option key={word}>{word}</option>
              ))}
            </select>
            {operator === 'Equal' && (
              <input
                className="topsdl-Input"
                aria-label={trans.__('Value %1', index + 1)}
                placeholder={trans.__('Value')}
                autoComplete="off"
                value={value}
                onChange={event => set(index, { value: event.target.value })}
              />
            )}
            <select
              className="topsdl-Input"
              aria-label={trans.__('Effect %1', index + 1)}
              value={effect}
              onChange={event => set(index, { effect: event.target.value as Toleration['effect'] })}
            >
              <option value="">{trans.__('Any effect')}</option>
              {EFFECTS.unwrap().options.map(word => (
                <option key={word}>{word}</option>
              ))}
            </select>
          </div>
          <Button
            minimal
            icon={closeIcon}
            label={trans.__('Remove %1', key)}
            onClick={() => onChange(all.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        minimal
        icon={addIcon}
        // Without a key it is not sent: Exists would then be said of every taint there is.
        onClick={() => onChange([...all, { operator: 'Equal' } satisfies Toleration])}
      >
        {trans.__('Add a toleration')}
      </Button>
    </div>
  );
}

/** In the order of the contract, and without what is empty; Exists has no value. */
function changed(before: Toleration, change: Toleration): Toleration {
  const { key, operator, value, effect } = { ...before, ...change };
  return {
    ...(key ? { key } : {}),
    ...(operator ? { operator } : {}),
    ...(value && operator !== 'Exists' ? { value } : {}),
    ...(effect ? { effect } : {})
  };
}
