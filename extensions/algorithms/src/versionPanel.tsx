import type { PanelProps } from '@topsdl/lab';
import { FileSetVersionPanel } from '@topsdl/ui';
import type { JSX } from 'react';
import { useAlgorithmKind } from './kind.ts';

/** One version of a set with its files. */
export default function AlgorithmVersionPanel(props: PanelProps): JSX.Element {
  return <FileSetVersionPanel {...props} kind={useAlgorithmKind()} />;
}
