import { operations, type Label } from '@topsdl/contract';
import { useQuery, useTops } from '@topsdl/ui';
import type { JSX } from 'react';
import type { ImageFilter } from './images.ts';

const { labeling } = operations;

/** What labeled images are narrowed down to, beside their names. */
export type Narrowing = Pick<ImageFilter, 'labels' | 'source' | 'byUserId'>;

export interface NarrowingProps {
  readonly versionId: string;
  readonly labels: readonly Label[];
  readonly value: Narrowing;
  readonly onChange: (value: Narrowing) => void;
}

/** Filters of labeled images: by label, by who labeled them, by where the label comes from. */
export function NarrowingFields(props: NarrowingProps): JSX.Element {
  const { value, onChange } = props;
  const { trans } = useTops();
  const labelers = useQuery(labeling.listLabelers, { params: { versionId: props.versionId } }, [
    { kinds: ['dataset-version'], id: props.versionId }
  ]);
  const { labels: _labels, ...withoutLabel } = value;
  const { byUserId: _byUserId, ...withoutLabeler } = value;
  const { source: _source, ...withoutSource } = value;
  return (
    <>
      <Select
        name={trans.__('Filter by label')}
        all={trans.__('All labels')}
        options={props.labels.map(({ id, name, imageCount }) => [id, `${name} (${imageCount})`])}
        value={value.labels?.[0]}
        onChange={id => onChange(id ? { ...value, labels: [id] } : withoutLabel)}
      />
      <Select
        name={trans.__('Filter by who labeled')}
        all={trans.__('By anyone')}
        options={(labelers.data?.items ?? []).map(({ id, name }) => [id, name])}
        value={value.byUserId}
        onChange={id => onChange(id ? { ...value, byUserId: id } : withoutLabeler)}
      />
      <Select
        name={trans.__('Filter by where labels come from')}
        all={trans.__('By hand or imported')}
        options={[
          ['manual', trans.__('By hand')],
          ['import', trans.__('Imported')]
        ]}
        value={value.source}
        onChange={source =>
          onChange(
            source === 'manual' || source === 'import' ? { ...value, source } : withoutSource
          )
        }
      />
    </>
  );
}

interface SelectProps {
  readonly name: string;
  /** What it says when nothing is chosen. */
  readonly all: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

function Select({ name, all, options, value, onChange }: SelectProps): JSX.Element {
  return (
    <select
      className="topsdl-Input"
      aria-label={name}
      value={value ?? ''}
      onChange={event => onChange(event.target.value)}
    >
      <option value="">{all}</option>
      {options.map(([id, text]) => (
        <option key={id} value={id}>
          {text}
        </option>
      ))}
    </select>
  );
}
