import type { PanelProps } from '@topsdl/lab';
import { FileSetPanel } from '@topsdl/ui';
import type { JSX } from 'react';
import { useAlgorithmKind } from './kind.ts';

/** An algorithm set with all its versions. */
export default function AlgorithmPanel(props: PanelProps): JSX.Element {
  return <FileSetPanel {...props} kind={useAlgorithmKind()} />;
}
