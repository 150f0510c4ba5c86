import type { PanelProps } from '@topsdl/lab';
import { FileSetVersionPanel } from '@topsdl/ui';
import type { JSX } from 'react';
import { useModelKind } from './kind.ts';

/** One version of a set with its files. */
export default function ModelVersionPanel(props: PanelProps): JSX.Element {
  return <FileSetVersionPanel {...props} kind={useModelKind()} />;
}
