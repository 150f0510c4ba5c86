import type { SectionProps } from '@topsdl/lab';
import { FileSetSection } from '@topsdl/ui';
import type { JSX } from 'react';
import { useModelKind } from './kind.ts';

/** The section of the sidebar: model sets with their newest versions. */
export default function ModelSection(props: SectionProps): JSX.Element {
  return <FileSetSection {...props} kind={useModelKind()} />;
}
