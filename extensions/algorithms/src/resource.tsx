import type { SectionProps } from '@topsdl/lab';
import { FileSetSection } from '@topsdl/ui';
import type { JSX } from 'react';
import { useAlgorithmKind } from './kind.ts';

/** The section of the sidebar: algorithm sets with their newest versions. */
export default function AlgorithmSection(props: SectionProps): JSX.Element {
  return <FileSetSection {...props} kind={useAlgorithmKind()} />;
}
