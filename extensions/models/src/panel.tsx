import type { PanelProps } from '@topsdl/lab';
import { FileSetPanel } from '@topsdl/ui';
import type { JSX } from 'react';
import { useModelKind } from './kind.ts';

/** A model set with all its versions. */
export default function ModelPanel(props: PanelProps): JSX.Element {
  return <FileSetPanel {...props} kind={useModelKind()} />;
}
