import type { PanelProps } from '@topsdl/lab';
import { FileSetForm } from '@topsdl/ui';
import type { JSX } from 'react';
import { useAlgorithmKind } from './kind.ts';

/** Creates algorithm sets and edits their details. */
export default function AlgorithmForm(props: PanelProps): JSX.Element {
  return <FileSetForm {...props} kind={useAlgorithmKind()} />;
}
