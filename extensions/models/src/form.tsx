import type { PanelProps } from '@topsdl/lab';
import { FileSetForm } from '@topsdl/ui';
import type { JSX } from 'react';
import { useModelKind } from './kind.ts';

/** Creates model sets and edits their details. */
export default function ModelForm(props: PanelProps): JSX.Element {
  return <FileSetForm {...props} kind={useModelKind()} />;
}
